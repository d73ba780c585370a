'use strict'
// A trained DCell in evaluation. The notebook nbs/dcell/18_live shows each function beside its formula.

// ---- From the page's text to arrays -------------------------------------------------------------

function bytesOf(text) { return Uint8Array.from(atob(text), c => c.charCodeAt(0)) }

function halfToNumber(half) {                       // IEEE 754 half precision
  const sign = half >> 15 ? -1 : 1, exponent = (half >> 10) & 31, fraction = half & 1023
  if (exponent === 0) return sign*fraction*2**-24
  if (exponent === 31) return fraction ? NaN : sign*Infinity
  return sign*(1 + fraction/1024)*2**(exponent - 15)
}

const readers = {
  float16: bytes => Float32Array.from(new Uint16Array(bytes.buffer), halfToNumber),
  float32: bytes => new Float32Array(bytes.buffer),
  int32: bytes => new Int32Array(bytes.buffer),
  uint16: bytes => new Uint16Array(bytes.buffer),
  uint8: bytes => bytes
}

function readArray({type, data}) { return readers[type](bytesOf(data)) }

function readLists(packed) {                        // lists of numbers, one after the other
  const values = readArray(packed.values), ends = readArray(packed.ends)
  return Array.from(ends, (end, i) => values.subarray(i ? ends[i - 1] : 0, end))
}

const activations = {tanh: Math.tanh, relu: x => Math.max(x, 0), identity: x => x}

function readNetwork(packed) {
  const net = {...packed, children: readLists(packed.children), direct: readLists(packed.direct)}
  for (const name of ['width', 'weight', 'start', 'scale', 'shift', 'head']) net[name] = readArray(packed[name])
  net.act = activations[packed.activation]
  net.firstUnit = [], net.firstWeight = []
  let units = 0, weights = 0
  net.children.forEach((children, t) => {
    net.firstUnit.push(units)
    net.firstWeight.push(weights)
    units += net.width[t]
    weights += net.width[t]*(children.reduce((n, c) => n + net.width[c], 0) + net.direct[t].length)
  })
  return withParents(net)
}

function withParents(net) {                         // who contains whom, and the terms each gene reaches
  net.root = net.children.length - 1
  net.parents = net.children.map(() => [])
  net.children.forEach((children, t) => children.forEach(c => net.parents[c].push(t)))
  net.termsOf = Array.from({length: net.nGenes}, () => [])
  net.direct.forEach((genes, t) => genes.forEach(g => net.termsOf[g].push(t)))
  return net
}

function touchedTerms(net, genes) {                 // what contains one of the genes; children before their parents
  const touched = new Set(), waiting = genes.flatMap(g => net.termsOf[g])
  while (waiting.length) {
    const t = waiting.pop()
    if (touched.has(t)) continue
    touched.add(t)
    waiting.push(...net.parents[t])
  }
  return [...touched].sort((a, b) => a - b)
}

// ---- The forward pass ---------------------------------------------------------------------------

function output(net, unit, x) {                     // of one unit, from its pre-activation
  const scaled = y => net.scale[unit]*y + net.shift[unit]
  return net.activationFirst ? scaled(net.act(x)) : net.act(scaled(x))
}

function forward(net, genes) {
  const disrupted = new Set(genes)
  const received = new Map()                        // term -> how its pre-activations differ from the wild type's
  const change = new Map()                          // term -> how its outputs differ from the wild type's
  for (const t of touchedTerms(net, genes)) {
    const width = net.width[t], sum = new Float64Array(width)
    let at = net.firstWeight[t]                     // the weights of one input stand together
    for (const c of net.children[t]) {
      const child = change.get(c)
      if (child) child.forEach((value, k) => { for (let u = 0; u < width; u++) sum[u] += net.weight[at + k*width + u]*value })
      at += net.width[c]*width
    }
    for (const g of net.direct[t]) {
      if (disrupted.has(g)) for (let u = 0; u < width; u++) sum[u] += net.weight[at + u]
      at += width
    }
    const first = net.firstUnit[t]
    received.set(t, sum)
    change.set(t, sum.map((x, u) => {
      const start = net.start[first + u]
      return output(net, first + u, start + x) - output(net, first + u, start)
    }))
  }
  const root = change.get(net.root) ?? []
  return {prediction: root.reduce((sum, x, u) => sum + net.head[u]*x, net.wild), received, change}
}

function size(vector) {                             // root mean square: how far a term is moved
  return vector ? Math.sqrt(vector.reduce((sum, x) => sum + x*x, 0)/vector.length) : 0
}

// ---- The path of the signal ---------------------------------------------------------------------

function flows(net, genes, {received, change}) {
  const disrupted = new Set(genes)
  const along = new Map([[net.root, Float64Array.from(net.head)]])   // term -> multipliers of its outputs
  const ofTerm = new Map(), edges = []                               // edges: from a child or a gene to a term
  for (const t of [...change.keys()].reverse()) {                    // parents before their children
    const width = net.width[t], sum = received.get(t), changed = change.get(t)
    const multiplier = along.get(t)
    const slope = multiplier.map((m, u) => sum[u] ? m*changed[u]/sum[u] : 0)
    ofTerm.set(t, multiplier.reduce((all, m, u) => all + m*changed[u], 0))
    let at = net.firstWeight[t]
    const through = input => {                                       // slope times the weights of one input
      let all = 0
      for (let u = 0; u < width; u++) all += slope[u]*net.weight[at + input*width + u]
      return all
    }
    for (const c of net.children[t]) {
      const child = change.get(c)
      if (child) {
        const share = Float64Array.from(child, (_, k) => through(k))
        const before = along.get(c)
        along.set(c, before ? before.map((x, k) => x + share[k]) : share)
        edges.push({child: c, term: t, flow: share.reduce((all, x, k) => all + x*child[k], 0)})
      }
      at += net.width[c]*width
    }
    for (const g of net.direct[t]) {
      if (disrupted.has(g)) edges.push({gene: g, term: t, flow: through(0)})
      at += width
    }
  }
  return {ofTerm, edges}
}

// ---- Epistasis ----------------------------------------------------------------------------------

// What is left of a prediction when its parts are taken away: the singles' effects, and for three genes the
// epsilons of the pairs too (tau). `scale` is 'product' (effects multiply), 'sum' (effects add), or 'itself': the
// phenotype is an interaction already.
function epistasis(net, genes, scale, predict = genes => forward(net, genes).prediction) {
  if (scale === 'itself') return {expected: 0, pairs: [], deviation: predict(genes)}
  const wild = net.wild
  const f = scale === 'product' ? genes => predict(genes)/wild : genes => predict(genes) - wild
  const combine = scale === 'product' ? (x, y) => x*y : (x, y) => x + y
  const unit = scale === 'product' ? wild : 1
  const single = genes.map(g => f([g]))
  const together = single.reduce(combine)
  const expected = scale === 'product' ? together*wild : together + wild
  if (genes.length !== 3) return {expected, pairs: [], deviation: unit*(f(genes) - together)}
  const pairs = [[0, 1, 2], [0, 2, 1], [1, 2, 0]].map(([i, j, k]) => {
    const epsilon = f([genes[i], genes[j]]) - combine(single[i], single[j])
    return {genes: [genes[i], genes[j]], epsilon: unit*epsilon, passed: scale === 'product' ? epsilon*single[k] : epsilon}
  })
  const tau = f(genes) - together - pairs.reduce((all, p) => all + p.passed, 0)
  return {expected, pairs, deviation: unit*tau}
}
