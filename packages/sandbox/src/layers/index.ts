export { ImageLayers } from './image-layers.ts'
export { LayerExchange } from './layer-exchange.ts'
