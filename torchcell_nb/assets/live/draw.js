'use strict'
// The hierarchy as SVG text: size is change, colour and width are flow.

function escaped(text) { return String(text).replace(/[&<>"]/g, c => ({'&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;'})[c]) }

// ---- What is drawn ------------------------------------------------------------------------------

function strongest(edges, key) {                    // the edge of largest flow for each value of a key
  const best = new Map()
  for (const e of edges) {
    const before = best.get(e[key])
    if (e[key] !== undefined && (!before || Math.abs(e.flow) > Math.abs(before.flow))) best.set(e[key], e)
  }
  return best
}

function signalPath(net, {edges}) {                 // from the root down, each time along the largest flow
  const down = strongest(edges, 'term'), path = []
  let edge = down.get(net.root)
  while (edge) {
    path.push(edge)
    edge = edge.child === undefined ? null : down.get(edge.child)
  }
  return path
}

// The terms that carry most of the signal, and what joins them to the root; all terms of a small hierarchy.
function chosenTerms(net, flow, also, most, whole = 60) {
  if (net.children.length <= whole) return new Set(net.children.keys())
  const up = strongest(flow.edges, 'child'), chosen = new Set([net.root])
  const join = t => { while (t !== undefined && !chosen.has(t)) { chosen.add(t); t = up.get(t)?.term } }
  for (const {term} of strongest(flow.edges, 'gene').values()) join(term)
  for (const e of signalPath(net, flow)) join(e.term)
  const ranked = [...flow.ofTerm].sort((a, b) => Math.abs(b[1]) - Math.abs(a[1]))
  for (const [t] of ranked) if (chosen.size < most) join(t)
  also.forEach(t => up.has(t) ? join(t) : chosen.add(t))
  return chosen
}

// ---- Where it stands ----------------------------------------------------------------------------

function layersOf(net, terms) {                     // the longest way down from the root, among the terms drawn
  const depth = new Map()
  for (const t of [...terms].sort((a, b) => b - a)) {
    const above = net.parents[t].filter(p => depth.has(p)).map(p => depth.get(p))
    depth.set(t, t === net.root ? 0 : above.length ? 1 + Math.max(...above) : 1)
  }
  return depth
}

// Nodes: terms by number, genes as 'g' and their number. x in 0 to 1 for each, by the mean of its neighbours.
function placed(net, terms, genes) {
  const depth = layersOf(net, terms), deepest = Math.max(...depth.values())
  const neighbours = new Map()
  const join = (a, b) => { for (const [x, y] of [[a, b], [b, a]]) neighbours.set(x, [...neighbours.get(x) ?? [], y]) }
  for (const t of terms) for (const c of net.children[t]) if (terms.has(c)) join(t, c)
  for (const g of genes) {
    depth.set(`g${g}`, deepest + 1)
    for (const t of net.termsOf[g]) if (terms.has(t)) join(t, `g${g}`)
  }
  const rows = []
  for (const [node, d] of depth) (rows[d] ??= []).push(node)
  const x = new Map()
  const spread = row => row.forEach((node, i) => x.set(node, (i + .5)/row.length))
  rows.forEach(spread)
  const mean = node => {
    const around = neighbours.get(node) ?? []
    return around.length ? around.reduce((sum, n) => sum + x.get(n), 0)/around.length : x.get(node)
  }
  for (let sweep = 0; sweep < 24; sweep++) {
    for (const row of sweep % 2 ? rows : [...rows].reverse()) {
      const wanted = new Map(row.map(node => [node, mean(node)]))
      row.sort((a, b) => wanted.get(a) - wanted.get(b))
      spread(row)
    }
  }
  return {x: loosened(rows, x, mean), depth, rows: rows.length}
}

function loosened(rows, x, mean) {                  // nearer to the neighbours, in the same order, with room between
  for (let sweep = 0; sweep < 12; sweep++) {
    for (const row of rows) {
      const gap = .7/row.length, wanted = row.map(mean)
      row.forEach((node, i) => x.set(node, Math.max(wanted[i], i ? x.get(row[i - 1]) + gap : gap/2)))
      for (let i = row.length - 1, most = 1 - gap/2; i >= 0; i--, most -= gap) x.set(row[i], Math.min(x.get(row[i]), most))
    }
  }
  const least = Math.min(...x.values()), most = Math.max(...x.values())
  for (const [node, at] of x) x.set(node, most - least > .2 ? (at - least)/(most - least) : .5 + at - (least + most)/2)
  return x
}

// ---- Names --------------------------------------------------------------------------------------

function inLines(text, most, atMost = 2) {          // lines of so many letters
  const lines = ['']
  for (const word of text.split(' ')) {
    const last = lines[lines.length - 1]
    if (!last) lines[lines.length - 1] = word
    else if ((last + ' ' + word).length <= most) lines[lines.length - 1] += ' ' + word
    else lines.push(word)
  }
  if (lines.length <= atMost) return lines
  const last = lines.slice(atMost - 1).join(' ')
  return [...lines.slice(0, atMost - 1), last.slice(0, most - 1).trimEnd() + '…']
}

const letter = 6.8, lineHeight = 14                 // of a name, in pixels; wide enough for capitals in a sans serif

// Name after name, where there is room: beside, below or above its node. What finds no room is not named.
function placedNames(nodes, room) {
  const boxes = nodes.filter(n => n.name).map(n => [n.x - n.r - 3, n.y - n.r, n.x + n.r + 3, n.y + n.r]), names = []
  const free = box => box[0] >= 2 && box[2] <= room.width - 2 && box[1] >= 0 && box[3] <= room.height &&
    !boxes.some(b => b[0] < box[2] && box[0] < b[2] && b[1] < box[3] && box[1] < b[3])
  function place(n, most, atMost) {
    const lines = inLines(n.name, most, atMost), beside = n.r + 5
    const w = Math.max(...lines.map(l => l.length))*letter, h = lines.length*lineHeight
    const inside = Math.max(4, Math.min(room.width - w - 4, n.x - w/2))               // below or above, within the frame
    const places = [[n.x + beside, n.y - h/2, 'start'], [n.x - beside - w, n.y - h/2, 'end'],
                    [inside, n.y + n.r + 2, 'middle'], [inside, n.y - n.r - 2 - h, 'middle']]
    const found = places.find(([x, y]) => free([x, y, x + w, y + h]))
    if (!found) return false
    const [x, y, anchor] = found
    boxes.push([x, y, x + w, y + h])
    names.push({node: n, lines, anchor, y: y + 11, x: anchor === 'start' ? x : anchor === 'end' ? x + w : x + w/2})
    return true
  }
  for (const n of nodes) if (n.name && !place(n, room.width < 500 ? 18 : 26, 2)) place(n, 15, 3)
  return names
}

// ---- Drawn --------------------------------------------------------------------------------------

function direction(flow) { return flow < 0 ? 'lowers' : 'raises' }

function curve(a, b) {
  const middle = (a.y + b.y)/2
  return `M${a.x.toFixed(1)},${a.y.toFixed(1)}C${a.x.toFixed(1)},${middle.toFixed(1)} ${b.x.toFixed(1)},${middle.toFixed(1)} ` +
    `${b.x.toFixed(1)},${b.y.toFixed(1)}`
}

function circleOf(n, picked) {
  const marks = ['node', n.kind, n.flow ? direction(n.flow) : 'still', ...(n.key === picked ? ['picked'] : [])].join(' ')
  return `<g class="${marks}" data-node="${n.key}" tabindex="-1"><title>${escaped(n.title)}</title>` +
    `<circle cx="${n.x.toFixed(1)}" cy="${n.y.toFixed(1)}" r="${n.r.toFixed(1)}"${n.strength ? ` fill-opacity="${n.strength.toFixed(2)}"` : ''}/></g>`
}

function nameOf({node, lines, anchor, x, y}) {
  const spans = lines.map((l, i) => `<tspan x="${x.toFixed(1)}" y="${(y + i*lineHeight).toFixed(1)}">${escaped(l)}</tspan>`)
  return `<text class="name ${node.kind}" data-node="${node.key}" text-anchor="${anchor}">${spans.join('')}</text>`
}

// `about`: termName, geneName, title of a node. `view`: {k, x, y}, zoom and shift. Returns the inside of an <svg>.
function drawHierarchy(net, genes, flow, moved, about, {width, height, view, picked, also = [], most = 40}) {
  const terms = chosenTerms(net, flow, also, most)
  const {x, depth, rows} = placed(net, terms, genes)
  const path = new Set(signalPath(net, flow).map(e => `${e.child ?? 'g' + e.gene} ${e.term}`))
  const onPath = new Set([...path].flatMap(p => p.split(' ')))
  const strong = Math.max(...flow.edges.map(e => Math.abs(e.flow)), 1e-12)
  const far = Math.max(...moved.values(), 1e-12)
  const at = key => ({x: view.x + view.k*(28 + x.get(key)*(width - 56)),
                      y: view.y + view.k*(26 + depth.get(key)/Math.max(rows - 1, 1)*(height - 60))})
  const nodes = [...terms].map(t => {
    const change = moved.get(t) ?? 0, f = flow.ofTerm.get(t) ?? 0
    return {key: t, kind: 'subsystem', ...at(t), r: change ? 4.5 + 11*Math.sqrt(change/far) : 3, flow: f,
            strength: change ? .25 + .75*Math.min(1, Math.abs(f)/strong) : 0, title: about.title(t),
            name: change || t === net.root || t === picked || also.includes(t) ? about.termName(t) : '',
            rank: (t === picked ? 1e9 : 0) + (t === net.root ? 1e6 : 0) + (onPath.has(String(t)) ? 1e3 : 0) + Math.abs(f)/strong}
  })
  for (const g of genes) {
    const key = `g${g}`
    nodes.push({key, kind: 'gene', ...at(key), r: 6, flow: 0, title: about.geneName(g), name: about.geneName(g), rank: 1e8})
  }
  const where = new Map(nodes.map(n => [n.key, n]))
  const ofEdge = new Map(flow.edges.map(e => [`${e.child ?? 'g' + e.gene} ${e.term}`, e.flow]))
  const lines = []
  for (const t of terms) {
    const below = [...[...net.children[t]].filter(c => terms.has(c)), ...genes.filter(g => net.direct[t].includes(g)).map(g => `g${g}`)]
    for (const b of below) {
      const name = `${b} ${t}`, f = ofEdge.get(name) ?? 0, share = Math.abs(f)/strong
      const marks = ['edge', f ? direction(f) : 'still', ...(path.has(name) ? ['path'] : [])].join(' ')
      lines.push([share, `<path class="${marks}" d="${curve(where.get(b), where.get(t))}" ` +
        `stroke-width="${f ? (1 + 7*share).toFixed(1) : 1}" stroke-opacity="${f ? (.3 + .6*share).toFixed(2) : .5}"/>`])
    }
  }
  nodes.sort((a, b) => b.rank - a.rank)
  const names = placedNames(nodes, {width, height})
  return lines.sort((a, b) => a[0] - b[0]).map(l => l[1]).join('') +
    [...nodes].reverse().map(n => circleOf(n, picked)).join('') + names.map(nameOf).join('')
}
