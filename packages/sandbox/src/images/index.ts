export { defaultImageLimits, type ImageLimits } from './image-limits.ts'
export type { ImageProblem } from './pull-failure.ts'
export type { MakeRoom } from './room.ts'
export { createImageStore, type ImageStore, type ImageStoreOptions, type StoredImage } from './store.ts'
