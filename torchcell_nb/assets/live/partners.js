'use strict'
// In a worker: the epsilon of one gene with every other, with progress.

function strongestPartners(net, gene, scale, report, count = 25) {
  const kept = new Map()
  const predict = genes => {
    if (genes.length !== 1) return forward(net, genes).prediction
    if (!kept.has(genes[0])) kept.set(genes[0], forward(net, genes).prediction)
    return kept.get(genes[0])
  }
  let found = []
  for (let g = 0; g < net.nGenes; g++) {
    if (g !== gene) found.push({gene: g, single: predict([g]), double: predict([gene, g]),
                                epsilon: epistasis(net, [gene, g], scale, predict).deviation})
    if (g % 50 === 49) report(g + 1)
  }
  found.sort((a, b) => Math.abs(b.epsilon) - Math.abs(a.epsilon))
  return found.slice(0, count)
}

let network
if (typeof document === 'undefined') onmessage = ({data}) => {
  if (data.network) network = readNetwork(data.network)
  const found = strongestPartners(network, data.gene, data.scale, done => postMessage({done}))
  postMessage({found})
}
