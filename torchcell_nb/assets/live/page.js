'use strict'
// The page: what is typed, clicked and shown. State is in the address; all else follows from it.

const packed = JSON.parse(document.getElementById('data').textContent)
const net = readNetwork(packed.network)
const itself = packed.scale === 'itself'             // the phenotype is an interaction already
const control = packed.control && readNetwork({...packed.network, ...packed.control})
const element = id => document.getElementById(id)
const state = {genes: [], scale: packed.scale, picked: null, view: {k: 1, x: 0, y: 0}, sort: 'flow', also: []}
let now = {}                                        // what was computed of the genotype

// ---- Names --------------------------------------------------------------------------------------

const geneName = g => packed.called[g][0] || packed.genes[g]
const bothNames = g => packed.called[g][0] ? `${packed.called[g][0]} (${packed.genes[g]})` : packed.genes[g]
const termName = t => packed.termNames[t] || packed.terms[t]
const geneEntries = packed.genes.map((gene, g) => [g, [gene, ...packed.called[g]].filter(Boolean).map(n => n.toUpperCase())])
const termEntries = packed.terms.map((term, t) => [t, [term, termName(t)].map(n => n.toUpperCase())])
const isYeast = gene => /^(Y[A-P][LR]\d{3}[WC](-[A-Z])?|Q\d{4})$/.test(gene)

function link(address, text) { return `<a href="${address}" rel="noopener noreferrer">${escaped(text)}</a>` }
function termLinks(t) {
  const id = packed.terms[t]
  if (!/^GO:\d{7}$/.test(id)) return escaped(id)
  return `${link(`https://amigo.geneontology.org/amigo/term/${id}`, id)} · ${link(`https://www.yeastgenome.org/go/${id}`, 'SGD')}`
}
function geneLink(g) {
  const gene = packed.genes[g]
  return isYeast(gene) ? link(`https://www.yeastgenome.org/locus/${gene}`, 'SGD') : ''
}

// ---- Numbers ------------------------------------------------------------------------------------

const places = Math.max(0, Math.min(packed.spread > .01 ? 3 : 6, 2 - Math.floor(Math.log10(packed.spread || 1))))
function number(x) {
  const text = x.toFixed(places)
  return Number(text) === 0 ? text.replace('-', '') : text.replace('-', '−')
}
function signed(x) { return (x > 0 && Number(x.toFixed(places)) ? '+' : '') + number(x) }
function many(n, one) { return `${n.toLocaleString('en')} ${one}${n === 1 ? '' : 's'}` }
function listed(words) { return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words[words.length - 1]}` }

// ---- The address --------------------------------------------------------------------------------

function address() {
  const words = [`genes=${state.genes.map(g => encodeURIComponent(packed.genes[g])).join('+')}`]
  if (state.scale !== packed.scale) words.push(`effects=${state.scale}`)
  if (state.picked !== null) words.push(`term=${encodeURIComponent(packed.terms[state.picked])}`)
  if (document.documentElement.dataset.scheme) words.push(`scheme=${document.documentElement.dataset.scheme}`)
  return '#' + words.join('&')
}

function readAddress() {
  const words = new Map(location.hash.slice(1).split('&').map(w => w.split('=')))
  if (words.get('scheme')) document.documentElement.dataset.scheme = words.get('scheme')
  const named = words.has('genes') ? words.get('genes').split('+').filter(Boolean).map(decodeURIComponent) : null
  const number = new Map(geneEntries.flatMap(([g, names]) => names.map(n => [n, g])).reverse())
  const found = named?.map(n => number.get(n.toUpperCase()))
  state.unknown = named ? named.filter((_, i) => found[i] === undefined) : []
  state.genes = found ? [...new Set(found.filter(g => g !== undefined))] : packed.examples[0] ?? []
  state.scale = !itself && ['product', 'sum'].includes(words.get('effects')) ? words.get('effects') : packed.scale
  const term = packed.terms.indexOf(decodeURIComponent(words.get('term') ?? ''))
  state.picked = term < 0 ? null : term
}

function go(changes) {                              // to another genotype, term or scale
  if (changes.genes) Object.assign(state, {view: {k: 1, x: 0, y: 0}, also: []})
  Object.assign(state, changes)
  if (address() === location.hash) show()
  else location.hash = address()
}

// ---- Computed -----------------------------------------------------------------------------------

const rowKey = genes => [...genes].sort((a, b) => a - b).join(' ')
const rows = packed.rows && (() => {
  const genes = readLists(packed.rows.genes), part = readArray(packed.rows.part), measured = readArray(packed.rows.measured)
  return new Map(genes.map((of, i) => [rowKey(of), {part: packed.rows.parts[part[i]], measured: measured[i]}]))
})()
const seen = readArray(packed.seen)

function compute() {
  const genes = state.genes, began = performance.now()
  let result = forward(net, genes), ms = performance.now() - began
  for (let again = 0; again < 4; again++) {         // the browser's first pass is not its usual one
    const began = performance.now()
    result = forward(net, genes)
    ms = Math.min(ms, performance.now() - began)
  }
  const flow = flows(net, genes, result)
  const singles = genes.map(g => forward(net, [g]))
  const moved = new Map([...result.change].map(([t, x]) => [t, size(x)]))
  const surprise = new Map()                        // how far a term is from what the singles add up to
  if (genes.length > 1) for (const [t, x] of result.change) {
    surprise.set(t, size(x.map((v, u) => v - singles.reduce((sum, s) => sum + (s.change.get(t)?.[u] ?? 0), 0))))
  }
  const interval = packed.intervals.find(i => i.genes === genes.length) ?? packed.intervals.find(i => i.genes === null)
  return {result, ms, flow, singles, moved, surprise, interval, row: rows?.get(rowKey(genes)),
          epistasis: genes.length > 1 ? epistasis(net, genes, state.scale) : null,
          control: control ? forward(control, genes).prediction : null}
}

// ---- Choosing names: a box with suggestions -----------------------------------------------------

function suggesting(input, list, entries, line, choose, none) {
  let found = [], at = 0
  function close() {
    list.hidden = true
    input.setAttribute('aria-expanded', 'false')
    input.removeAttribute('aria-activedescendant')
  }
  function mark() {
    [...list.querySelectorAll('[role=option]')].forEach((o, i) => {
      o.setAttribute('aria-selected', i === at)
      if (i === at) o.scrollIntoView({block: 'nearest'})
    })
    if (found.length) input.setAttribute('aria-activedescendant', `${list.id}-${at}`)
  }
  function open() {
    found = bestNames(input.value, entries)
    at = 0
    if (!input.value.trim()) return close()
    list.innerHTML = found.map((f, i) => `<li role="option" id="${list.id}-${i}" data-at="${i}">${line(f)}</li>`).join('') ||
      `<li class="none">${none}</li>`
    list.hidden = false
    input.setAttribute('aria-expanded', 'true')
    mark()
  }
  function take(i) {
    if (!found[i]) return
    input.value = ''
    close()
    choose(found[i].index)
  }
  input.addEventListener('input', open)
  input.addEventListener('keydown', e => {
    if (e.key === 'Enter') { e.preventDefault(); take(at) }
    else if (e.key === 'Escape') close()
    else if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
      e.preventDefault()
      if (list.hidden) open()
      at = (at + (e.key === 'ArrowDown' ? 1 : found.length - 1)) % (found.length || 1)
      mark()
    }
  })
  input.addEventListener('blur', () => setTimeout(close, 150))
  list.addEventListener('pointerdown', e => {
    const option = e.target.closest('[data-at]')
    e.preventDefault()
    if (option) take(Number(option.dataset.at))
  })
}

function toggleGene(g) { go({genes: state.genes.includes(g) ? state.genes.filter(x => x !== g) : [...state.genes, g]}) }

const geneButton = g => `<button type="button" class="chip" data-gene="${g}" aria-pressed="${state.genes.includes(g)}" ` +
  `title="${escaped(bothNames(g))}">${escaped(geneName(g))}</button>`

// ---- Shown: the genotype ------------------------------------------------------------------------

function showGenotype() {
  element('chips').innerHTML = state.genes.map(g => `<li><button type="button" class="chip" data-gene="${g}" ` +
    `aria-label="Give back ${escaped(bothNames(g))}">${escaped(geneName(g))} <span aria-hidden="true">×</span></button></li>`).join('') ||
    '<li class="notes">none: the wild type</li>'
  const notes = []
  if (state.unknown?.length) notes.push(`The model has no gene called ${escaped(listed(state.unknown))}.`)
  for (const g of state.genes) if (!seen[g]) notes.push(`<strong>${escaped(bothNames(g))} was never disrupted in the training part</strong>: ` +
    'what the model makes of it was not learned from any measurement of it.')
  if (now.row) notes.push(`This genotype was in the <strong>${now.row.part} part</strong>.`)
  else if (state.genes.length && rows) notes.push('This genotype was not measured in these data.')
  if (!packed.sizes[1] && state.genes.length === 1) notes.push('No single knock-out was in the training part; this is an extrapolation.')
  else if (state.genes.length > 1 && !packed.sizes[state.genes.length]) {
    notes.push(`No knock-out of ${state.genes.length} genes was in the training part; this is an extrapolation.`)
  }
  element('known').innerHTML = notes.join('<br>')
  const all = element('all-genes')
  all.querySelector('p').innerHTML = all.hidden ? '' : packed.genes.map((_, g) => g).sort((a, b) => geneName(a) < geneName(b) ? -1 : 1)
    .map(geneButton).join(' ')
  element('examples').innerHTML = packed.examples.length ? 'Examples: ' + packed.examples.map((genes, i) =>
    `<button type="button" data-example="${i}">${escaped(genes.map(geneName).join(' '))}</button>`).join(' ') : ''
}

// ---- Shown: the phenotype -----------------------------------------------------------------------

function comparison() {                             // name, value and mark of each row
  const lines = [{name: 'wild type', value: net.wild, mark: 'wild'}]
  if (!state.genes.length) return lines
  if (itself) lines.push({name: 'no interaction', value: 0, mark: 'expected'})
  const told = !packed.sizes[1] && state.genes.length > 1 ? ' alone, extrapolated' : ' alone'
  if (state.genes.length > 1 && !itself) {
    state.genes.forEach((g, i) => lines.push({name: geneName(g) + told, value: now.singles[i].prediction, mark: 'single'}))
    const how = state.scale === 'product' ? 'if effects multiplied' : 'if effects added'
    lines.push({name: how, value: now.epistasis.expected, mark: 'expected'})
  }
  const name = state.genes.length > 1 ? 'together, predicted' : `${geneName(state.genes[0])}, predicted`
  lines.push({name, value: now.result.prediction, mark: 'predicted', half: now.interval?.half})
  if (now.row) lines.push({name: `measured (${now.row.part})`, value: now.row.measured, mark: 'measured'})
  if (now.control !== null) lines.push({name: 'permuted genes (control)', value: now.control, mark: 'control'})
  return lines
}

function showComparison() {
  const lines = comparison()
  const ends = lines.flatMap(l => l.half ? [l.value - l.half, l.value + l.half] : [l.value])
  const low = Math.min(...ends), high = Math.max(...ends), pad = .06*(high - low || 1)
  const at = x => (100*(x - low + pad)/(high - low + 2*pad)).toFixed(2)
  element('comparison').tBodies[0].innerHTML = lines.map(l => {
    const bar = l.half ? `<i class="bar" style="left:${at(l.value - l.half)}%;right:${(100 - at(l.value + l.half)).toFixed(2)}%"></i>` : ''
    const within = l.half ? `<small>${number(l.value - l.half)} to ${number(l.value + l.half)}</small>` : ''
    return `<tr class="${l.mark}"><th scope="row">${escaped(l.name)}</th><td class="value">${number(l.value)}${within}</td>` +
      `<td class="dots" aria-hidden="true"><div><i class="line" style="left:${at(net.wild)}%"></i>${bar}` +
      `<i class="dot" style="left:${at(l.value)}%"></i></div></td></tr>`
  }).join('')
}

function showPhenotype() {
  element('phenotype-title').textContent = packed.label
  element('effects').hidden = itself || state.genes.length < 2
  document.querySelectorAll('[name=scale]').forEach(r => { r.checked = r.value === state.scale })
  showComparison()
  element('answer').innerHTML = answer()
  element('beside').textContent = packed.beside
  const i = now.interval
  const which = i?.genes === null ? 'of the validation part' : `of ${many(i?.genes, 'gene')} in the validation part`
  element('interval').innerHTML = [
    i && state.genes.length ? `Bar: ${Math.round(100*packed.level)}% of the ${i.rows.toLocaleString('en')} rows ${which} ` +
      `lie within ±${number(i.half)} of their prediction${i.coverage === null ? '' :
        ` (${Math.round(100*i.coverage)}% of ${i.tested.toLocaleString('en')} test rows do)`}.` : '',
    i?.genes === null && state.genes.length ? `They have ${listed(packed.measuredSizes.map(String))} genes.` : ''].join(' ')
}

function answer() {
  if (!state.genes.length) return `The wild type's predicted ${escaped(packed.label)} is <b>${number(net.wild)}</b>.`
  const change = now.result.prediction - net.wild
  const parts = [`<b class="number">${number(now.result.prediction)}</b> <span>${signed(change)} against the wild type's ${number(net.wild)}</span>`]
  if (!now.epistasis || itself) return parts.join('')
  const of = state.genes.length === 2 ? 'ε' : state.genes.length === 3 ? 'τ' : 'beyond the singles'
  const word = state.genes.length === 3 ? ' <small>what singles and pairs leave over</small>' : ''
  parts.push(`<span class="epistasis"><b>${of} ${signed(now.epistasis.deviation)}</b>${word}</span>`)
  const pairs = now.epistasis.pairs.map(p => `ε ${p.genes.map(geneName).map(escaped).join(' ')} ${signed(p.epsilon)}`)
  if (pairs.length) parts.push(`<span class="pairs">${pairs.join(' · ')}</span>`)
  return parts.join('')
}

// ---- Shown: the hierarchy -----------------------------------------------------------------------

const about = {
  geneName: bothNames, termName,
  title: t => `${termName(t)}: ` + (now.moved.has(t) ? `moved by ${now.moved.get(t).toFixed(2)}, carries ${signed(now.flow.ofTerm.get(t))}`
    : 'as in the wild type')
}

function mostDrawn(width) { return width < 500 ? 18 : 40 }   // terms of a large hierarchy

function drawingSize() {
  const width = Math.max(300, Math.round(element('drawing').clientWidth || 340))
  const terms = chosenTerms(net, now.flow, state.also, mostDrawn(width))
  const rows = 2 + Math.max(...layersOf(net, terms).values())
  const wide = matchMedia('(min-width: 940px)').matches
  const beside = wide ? element('phenotype').getBoundingClientRect().bottom - element('drawing').getBoundingClientRect().top - 110 : 0
  return {width, height: Math.round(Math.max(260, Math.min(860, Math.max(beside, rows*(width < 500 ? 64 : 80)))))}
}

function drawnMarkup() {
  const {width, height} = drawingSize()
  const also = [...state.also, ...(state.picked === null ? [] : [state.picked])]
  return {width, height, markup: drawHierarchy(net, state.genes, now.flow, now.moved, about,
    {width, height, view: state.view, picked: state.picked, also, most: mostDrawn(width)})}
}

function showDrawing() {
  const {width, height, markup} = drawnMarkup()
  const box = element('drawing'), n = now.moved.size
  box.innerHTML = `<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" aria-hidden="true">${markup}</svg>`
  box.setAttribute('aria-label', `The hierarchy: ${many(n, 'subsystem')} of ${net.children.length.toLocaleString('en')} changed. ` +
    `${pathText()} The list below says the same in words. Arrow keys move the drawing, plus and minus zoom.`)
  const shown = (markup.match(/class="node subsystem/g) ?? []).length
  const part = shown < n ? ` The ${shown} that carry most are drawn; the others are in the list below.` : ''
  const untouched = shown > n && n ? ' Grey: not touched, so not computed.' : ''
  element('drawn').textContent = `${many(n, 'subsystem')} of ${net.children.length.toLocaleString('en')} changed, computed in ` +
    `${now.ms < .1 ? 'under 0.1' : now.ms.toFixed(1)} ms.${part}${untouched}`
}

function pathText() {
  const path = signalPath(net, now.flow).reverse()
  if (!path.length) return 'Nothing is knocked out.'
  const first = path[0].gene === undefined ? [] : [geneName(path[0].gene)]
  const stops = [...first, ...path.map(e => termName(e.term))]
  if (stops.length > 7) stops.splice(4, stops.length - 6, `${stops.length - 6} more`)
  return `Most of the signal goes ${stops.join(' → ')}.`
}

function showPicked() {
  const t = state.picked
  if (t === null) { element('picked').innerHTML = ''; return }
  const inside = [...containedIn(t)], out = state.genes.filter(g => inside.includes(g))
  const few = [...out, ...inside.filter(g => !out.includes(g)).sort((a, b) => geneName(a) < geneName(b) ? -1 : 1)].slice(0, 40)
  const term = c => `<button type="button" class="term" data-term="${c}">${escaped(termName(c))}</button>`
  const around = [['Part of', net.parents[t]], ['Contains', [...net.children[t]]]].filter(([, of]) => of.length)
    .map(([name, of]) => `<p><b>${name}</b> ${of.slice(0, 12).map(term).join(' ')}${of.length > 12 ? ` and ${of.length - 12} more` : ''}</p>`)
  const change = now.moved.has(t) ? `Moved by ${now.moved.get(t).toFixed(3)}; ${signed(now.flow.ofTerm.get(t))} of the change passes here.`
    : 'As in the wild type: none of its genes is knocked out.'
  element('picked').innerHTML = `<h3>${escaped(termName(t))} <button type="button" id="unpick" aria-label="Close">×</button></h3>` +
    `<p>${termLinks(t)} · ${many(inside.length, 'gene')}. ${change}</p>${around.join('')}` +
    `<p class="chips">${few.map(geneButton).join(' ')}${inside.length > few.length ? ` and ${inside.length - few.length} more` : ''}</p>`
}

function containedIn(t) {
  const genes = new Set(), waiting = [t], visited = new Set()
  while (waiting.length) {
    const next = waiting.pop()
    if (visited.has(next)) continue
    visited.add(next)
    net.direct[next].forEach(g => genes.add(g))
    waiting.push(...net.children[next])
  }
  return genes
}

// ---- Shown: the list, ranked or as a tree -------------------------------------------------------

const columns = [
  {key: 'flow', name: 'carries', of: t => now.flow.ofTerm.get(t), text: signed, about: 'of the change of the phenotype'},
  {key: 'moved', name: 'moved', of: t => now.moved.get(t), text: x => x.toFixed(3), about: 'root mean square over its units'},
  {key: 'surprise', name: 'surprise', of: t => now.surprise.get(t), text: x => x === undefined ? '' : x.toFixed(3), about: 'beyond what the singles add up to'},
  {key: 'genes', name: 'genes', of: t => packed.contained[t], text: x => x.toLocaleString('en'), about: 'that it contains'}]

function rankedTerms() {
  const of = columns.find(c => c.key === state.sort).of
  return [...now.moved.keys()].sort((a, b) => Math.abs(of(b) ?? 0) - Math.abs(of(a) ?? 0) || b - a)
}

function showRanked(most = 60) {
  const terms = rankedTerms(), shown = columns.filter(c => c.key !== 'surprise' || state.genes.length > 1)
  const head = shown.map(c => `<th scope="col" aria-sort="${c.key === state.sort ? 'descending' : 'none'}">` +
    `<button type="button" data-sort="${c.key}" title="${c.about}">${c.name}</button></th>`).join('')
  const body = terms.slice(0, most).map(t => `<tr><th scope="row"><button type="button" class="term" data-term="${t}">` +
    `${escaped(termName(t))}</button> <small>${termLinks(t)}</small></th>` +
    shown.map(c => `<td>${c.text(c.of(t))}</td>`).join('') + '</tr>').join('')
  element('ranked').innerHTML = !terms.length ? '<p class="notes">None: this is the wild type.</p>' :
    `<table><thead><tr><th scope="col">subsystem</th>${head}</tr></thead><tbody>${body}</tbody></table>` +
    (terms.length > most ? `<p class="notes">And ${terms.length - most} more, in the CSV file.</p>` : '')
}

function showTree() {                               // each term once, under the parent to which it passes most
  const up = strongest(now.flow.edges, 'child'), below = new Map()
  const hang = (parent, item) => below.set(parent, [...below.get(parent) ?? [], item])
  for (const [child, e] of up) hang(e.term, {t: child, flow: e.flow})
  for (const e of strongest(now.flow.edges, 'gene').values()) hang(e.term, {g: e.gene, flow: e.flow})
  function item({t, g, flow}, level) {
    const inner = t === undefined ? [] : (below.get(t) ?? []).sort((a, b) => Math.abs(b.flow) - Math.abs(a.flow))
    const name = t === undefined ? `<b>${escaped(bothNames(g))}</b>` : escaped(termName(t))
    const others = t === undefined ? 0 : net.parents[t].filter(p => now.moved.has(p)).length - 1
    const more = others > 0 ? ` <small>also under ${many(others, 'other')}</small>` : ''
    const own = t === net.root ? now.flow.ofTerm.get(t) : flow
    return `<li role="treeitem" aria-level="${level}" tabindex="${level === 1 ? 0 : -1}"${t === undefined ? '' : ` data-tree="${t}"`}` +
      `${inner.length ? ' aria-expanded="true"' : ''}><span class="row">${name} <span class="flow ${direction(own)}">${signed(own)}</span>${more}</span>` +
      (inner.length ? `<ul role="group">${inner.map(i => item(i, level + 1)).join('')}</ul>` : '') + '</li>'
  }
  element('tree').innerHTML = now.moved.size ? `<ul role="tree" aria-label="Subsystems that changed, from the root down">` +
    `${item({t: net.root}, 1)}</ul>` : '<p class="notes">None: this is the wild type.</p>'
}

function moveInTree(event) {
  const items = [...element('tree').querySelectorAll('[role=treeitem]')].filter(i => !i.parentElement.closest('[aria-expanded=false]'))
  const here = event.target.closest('[role=treeitem]'), at = items.indexOf(here)
  const open = here?.getAttribute('aria-expanded'), parent = here?.parentElement.closest('[role=treeitem]')
  const steps = {ArrowDown: () => items[at + 1], ArrowUp: () => items[at - 1], Home: () => items[0], End: () => items[items.length - 1],
    ArrowRight: () => open === 'false' ? here.setAttribute('aria-expanded', 'true') : items[at + 1],
    ArrowLeft: () => open === 'true' ? here.setAttribute('aria-expanded', 'false') : parent,
    Enter: () => { if (here.dataset.tree) go({picked: Number(here.dataset.tree)}) }}
  if (at < 0 || !steps[event.key]) return
  event.preventDefault()
  const next = steps[event.key]()
  if (!next?.focus) return
  items.forEach(i => { i.tabIndex = i === next ? 0 : -1 })
  next.focus()
}

// ---- Shown: partners ----------------------------------------------------------------------------

let worker, found = null
const quick = 1000                                  // with as few genes partners are found unasked

function startWorker() {
  const source = element('forward').textContent + element('worker').textContent
  const made = new Worker(URL.createObjectURL(new Blob([source], {type: 'text/javascript'})))
  made.onmessage = ({data}) => data.done === undefined ? showFound(data.found) : showProgress(data.done)
  made.onerror = e => { element('progress-text').textContent = `The partners could not be computed: ${e.message}` }
  return made
}

function findPartners() {
  const gene = Number(element('of').value)
  if (found?.gene === gene && found.scale === state.scale) return
  const first = !worker
  worker ??= startWorker()
  found = {gene, scale: state.scale}
  showProgress(0)
  worker.postMessage({gene, scale: state.scale, ...(first ? {network: packed.network} : {})})
}

function showProgress(done) {
  const bar = element('progress'), all = net.nGenes
  bar.hidden = false
  bar.max = all
  bar.value = done
  element('progress-text').textContent = `${done.toLocaleString('en')} of ${all.toLocaleString('en')} pairs`
}

function showFound(partners) {
  Object.assign(found, {partners})
  element('progress').hidden = true
  element('partners-csv').hidden = false
  const from = itself ? 'from 0' : `from what it would be if effects ${found.scale === 'product' ? 'multiplied' : 'added'}`
  element('progress-text').textContent = `The ${partners.length} genes whose predicted double with ${geneName(found.gene)} is farthest ` +
    `${from}, of ${net.nGenes.toLocaleString('en')}.`
  const lines = partners.map(p => `<tr><th scope="row"><button type="button" class="term" data-pair="${found.gene} ${p.gene}">` +
    `${escaped(bothNames(p.gene))}</button> <small>${geneLink(p.gene)}</small></th><td>${signed(p.epsilon)}</td>` +
    (itself ? '' : `<td>${number(p.single)}</td><td>${number(p.double)}</td>`) + '</tr>')
  element('found').innerHTML = `<table><thead><tr><th scope="col">partner</th><th scope="col">ε</th>` +
    (itself ? '' : '<th scope="col">alone</th><th scope="col">together</th>') + `</tr></thead><tbody>${lines.join('')}</tbody></table>`
}

function showPartnerChoice() {
  const select = element('of'), before = select.value
  const chosen = state.genes.map(g => `<option value="${g}">${escaped(bothNames(g))}</option>`)
  const names = packed.genes.map((_, g) => g).sort((a, b) => geneName(a) < geneName(b) ? -1 : 1)
  const all = packed.genes.length > 800 ? '' : names.filter(g => !state.genes.includes(g))
    .map(g => `<option value="${g}">${escaped(bothNames(g))}</option>`).join('')
  select.innerHTML = chosen.join('') + all
  element('find').disabled = !select.options.length
  if ([...select.options].some(o => o.value === before) && !state.genes.length) select.value = before
  if (select.options.length && net.nGenes <= quick) findPartners()
}

// ---- Shown once ---------------------------------------------------------------------------------

function showQuality() {
  const lines = packed.scores.map(s => `<tr><th scope="row">${escaped(s.name)}</th><td>${s.r === null ? '' : s.r.toFixed(3).replace('-', '−')}</td>` +
    `<td>${s.low === null ? '' : `${s.low.toFixed(3)} to ${s.high.toFixed(3)}`.replaceAll('-', '−')}</td></tr>`)
  element('scores').innerHTML = `<table><thead><tr><th scope="col">${escaped(packed.part)} part</th><th scope="col">Pearson r</th>` +
    `<th scope="col">95% interval</th></tr></thead><tbody>${lines.join('')}</tbody></table>`
  element('notes').innerHTML = packed.notes.map(n => `<li>${escaped(n)}</li>`).join('')
  element('lead').innerHTML = (packed.simulated ? '<strong class="flag">simulated phenotypes</strong> ' : '') + escaped(packed.lead)
  const all = element('all-genes')
  all.hidden = packed.genes.length > 250
  all.querySelector('summary').textContent = `All ${packed.genes.length} genes, to click`
}

function show() {
  now = compute()
  showGenotype()
  showPhenotype()
  element('path').textContent = pathText()
  showDrawing()
  showPicked()
  showRanked()
  showTree()
  showPartnerChoice()
}

// ---- Saved --------------------------------------------------------------------------------------

function save(name, type, text) {
  const a = document.createElement('a')
  a.href = URL.createObjectURL(new Blob([text], {type}))
  a.download = name
  a.click()
  setTimeout(() => URL.revokeObjectURL(a.href), 1000)
}

const fileName = ending => `${(state.genes.map(geneName).join('-') || 'wild-type').replace(/[^\w-]/g, '_')}.${ending}`
function csv(lines) { return lines.map(l => l.map(v => /[",\n]/.test(v) ? `"${String(v).replaceAll('"', '""')}"` : v).join(',')).join('\n') + '\n' }

function figureStyle() {                            // the rules of the drawing, in the light colours
  const rules = [...document.styleSheets[0].cssRules], light = rules[0].style
  return rules.filter(r => r.selectorText?.startsWith('svg')).map(r => r.cssText.replace(/var\((--[\w-]+)\)/g,
    (_, name) => light.getPropertyValue(name))).join('\n')
}

function figureText() {
  const {width, height, markup} = drawnMarkup()
  const title = `${packed.title}: ${state.genes.map(bothNames).join(', ') || 'wild type'}`
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 -28 ${width} ${height + 28}" width="${width}" height="${height + 28}" role="img" ` +
    `aria-label="${escaped(title)}"><style>${figureStyle()}text.title{font:bold 14px sans-serif}</style><rect y="-28" width="100%" height="100%" fill="#fff"/>` +
    `<text x="8" y="-9" class="title">${escaped(title)}</text>${markup}</svg>`
}

function subsystemLines() {
  const head = ['term', 'name', 'genes', 'moved', 'surprise', 'carries']
  return [head, ...rankedTerms().map(t => [packed.terms[t], termName(t), packed.contained[t], now.moved.get(t), now.surprise.get(t) ?? '',
                                           now.flow.ofTerm.get(t)])]
}

function partnerLines() {
  const name = packed.genes[found.gene]
  return [['gene', 'partner', 'name', 'alone', 'together', 'epsilon'], ...found.partners.map(p =>
    [name, packed.genes[p.gene], geneName(p.gene), p.single, p.double, p.epsilon])]
}

// ---- Clicks, keys, fingers ----------------------------------------------------------------------

document.addEventListener('click', e => {
  const of = name => e.target.closest(`[data-${name}]`)?.dataset[name]
  if (of('gene') !== undefined) toggleGene(Number(of('gene')))
  else if (of('example') !== undefined) go({genes: packed.examples[of('example')]})
  else if (of('pair') !== undefined) go({genes: of('pair').split(' ').map(Number)})
  else if (of('term') !== undefined) pick(Number(of('term')))
  else if (of('sort') !== undefined) { state.sort = of('sort'); showRanked() }
  else if (e.target.id === 'unpick') go({picked: null})
  else if (of('node') !== undefined && !dragged) {
    const node = of('node')
    node[0] === 'g' ? toggleGene(Number(node.slice(1))) : go({picked: Number(node)})
  } else if (of('tree') !== undefined) pick(Number(of('tree')))
})

function pick(t) {
  go({picked: t})
  element('picked').scrollIntoView({block: 'nearest'})
}

function zoom(factor, cx, cy) {
  const {view} = state, {width, height} = drawingSize()
  const k = Math.max(1, Math.min(12, view.k*factor)), ratio = k/view.k
  const x = (cx ?? width/2), y = (cy ?? height/2)
  state.view = kept({k, x: x - (x - view.x)*ratio, y: y - (y - view.y)*ratio})
  showDrawing()
}

function kept({k, x, y}) {                          // the drawing never leaves its frame
  const {width, height} = drawingSize()
  return {k, x: Math.min(0, Math.max(width*(1 - k), x)), y: Math.min(0, Math.max(height*(1 - k), y))}
}

function shift(x, y) {
  state.view = kept({...state.view, x: state.view.x + x, y: state.view.y + y})
  showDrawing()
}

let dragged = false
const fingers = new Map()
element('drawing').addEventListener('pointerdown', e => { dragged = false; fingers.set(e.pointerId, e) })
addEventListener('pointermove', e => {
  const before = fingers.get(e.pointerId)
  if (!before) return
  const others = [...fingers.values()].filter(f => f.pointerId !== e.pointerId)
  if (others.length) {
    const [other] = others, apart = f => Math.hypot(f.clientX - other.clientX, f.clientY - other.clientY)
    const box = element('drawing').getBoundingClientRect()
    zoom(apart(e)/apart(before), (e.clientX + other.clientX)/2 - box.left, (e.clientY + other.clientY)/2 - box.top)
  } else if (state.view.k > 1 && Math.hypot(e.clientX - before.clientX, e.clientY - before.clientY) > 2) {
    dragged = true
    shift(e.clientX - before.clientX, e.clientY - before.clientY)
  } else return
  fingers.set(e.pointerId, e)
})
for (const end of ['pointerup', 'pointercancel']) addEventListener(end, e => fingers.delete(e.pointerId))
element('drawing').addEventListener('wheel', e => {
  if (!e.ctrlKey && !e.metaKey) return
  e.preventDefault()
  zoom(Math.exp(-e.deltaY/300), e.offsetX, e.offsetY)
}, {passive: false})
element('drawing').addEventListener('keydown', e => {
  const keys = {ArrowLeft: () => shift(40, 0), ArrowRight: () => shift(-40, 0), ArrowUp: () => shift(0, 40), ArrowDown: () => shift(0, -40),
    '+': () => zoom(1.3), '-': () => zoom(1/1.3), 0: () => fit()}
  if (!keys[e.key]) return
  e.preventDefault()
  keys[e.key]()
})
function fit() { state.view = {k: 1, x: 0, y: 0}; showDrawing() }

element('in').onclick = () => zoom(1.4)
element('out').onclick = () => zoom(1/1.4)
element('fit').onclick = fit
element('clear').onclick = () => go({genes: [], picked: null})
element('random').onclick = () => {
  const draw = () => Math.floor(Math.random()*net.nGenes), a = draw()
  let b = draw()
  while (b === a) b = draw()
  go({genes: [a, b]})
}
element('copy').onclick = async () => {
  const button = element('copy')
  try { await navigator.clipboard.writeText(location.href); button.textContent = 'Copied' }
  catch { button.textContent = 'It is in the address bar' }
  setTimeout(() => { button.textContent = 'Copy the link' }, 2000)
}
element('scheme').onclick = () => {
  const dark = document.documentElement.dataset.scheme ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')
  document.documentElement.dataset.scheme = dark === 'dark' ? 'light' : 'dark'
  go({})
}
element('svg').onclick = () => save(fileName('svg'), 'image/svg+xml', figureText())
element('csv').onclick = () => save(fileName('csv'), 'text/csv', csv(subsystemLines()))
element('partners-csv').onclick = () => save(`partners-${geneName(found.gene)}.csv`, 'text/csv', csv(partnerLines()))
element('find').onclick = findPartners
element('of').onchange = () => { if (net.nGenes <= quick) findPartners() }
element('tree').addEventListener('keydown', moveInTree)
document.querySelectorAll('[name=scale]').forEach(r => { r.onchange = () => go({scale: r.value}) })
document.querySelectorAll('[name=form]').forEach(r => { r.onchange = () => {
  element('ranked').hidden = r.value === 'tree'
  element('tree').hidden = r.value !== 'tree'
} })
suggesting(element('gene'), element('gene-list'), geneEntries, ({index, bad, name}) => `<b>${escaped(geneName(index))}</b> ` +
  `${escaped(packed.genes[index])}${bad >= 2 && bad < 4 ? ' <small>did you mean this?</small>' :
    [packed.genes[index], geneName(index)].some(n => n.toUpperCase() === name) ? '' : ` <small>${escaped(name)}</small>`}`,
  g => { if (!state.genes.includes(g)) toggleGene(g) }, 'no gene of this model is called like this')
suggesting(element('term'), element('term-list'), termEntries, ({index}) => `${escaped(termName(index))} <small>${escaped(packed.terms[index])}</small>`,
  t => pick(t), 'no subsystem is called like this')
addEventListener('hashchange', () => { readAddress(); show() })
addEventListener('resize', () => showDrawing())
readAddress()
showQuality()
show()
