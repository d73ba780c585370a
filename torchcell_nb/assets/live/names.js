'use strict'
// Names of genes and of terms, and what a typing error may have meant.

// Changes of one letter, and exchanges of two neighbours, from one word to the other (optimal string alignment).
function editDistance(a, b, most = 3) {
  if (Math.abs(a.length - b.length) > most) return most + 1
  let before = [], row = Array.from({length: b.length + 1}, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + same)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) next[j] = Math.min(next[j], before[j - 2] + 1)
    }
    before = row, row = next
  }
  return row[b.length]
}

// How well a name answers what was typed: 0 the same, 1 begins so, 2 nearly the same, 4 contains it; Infinity no answer.
function badness(typed, name) {
  if (name === typed) return 0
  if (name.startsWith(typed)) return 1
  const most = typed.length < 4 ? 1 : 2
  const distance = typed.length < 3 ? Infinity : editDistance(typed, name, most)
  if (distance <= most) return 1 + distance
  return typed.length > 2 && name.includes(typed) ? 4 : Infinity
}

function bestNames(typed, entries, count = 8) {     // entries: [index, [names in capitals]]
  typed = typed.trim().toUpperCase()
  if (!typed) return []
  const found = []
  for (const [index, names] of entries) {
    const bad = names.map(name => badness(typed, name))
    const least = Math.min(...bad)
    if (least < Infinity) found.push({index, bad: least, name: names[bad.indexOf(least)]})
  }
  return found.sort((a, b) => a.bad - b.bad || a.name.length - b.name.length || (a.name < b.name ? -1 : 1)).slice(0, count)
}
