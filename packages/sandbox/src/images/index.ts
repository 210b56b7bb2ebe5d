export { createImageStore, type ImageStore, type ImageStoreOptions, type StoredImage } from './store.ts'
