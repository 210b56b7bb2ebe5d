export { hasSecrets } from './has-secrets.ts'
export { layerObjects } from './layer-objects.ts'
