/** The parts of identity that other domains use. */
export { type AccessWatch, type Holder, mayStay } from './access/access-watch.ts'
