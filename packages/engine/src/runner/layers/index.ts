export { LayerPublisher } from './layer-publisher.ts'
export { LayerTaker } from './layer-taker.ts'
