/** The parts of identity that builds use. */
export { type AccessWatch, type Holder, mayStay } from './access/access-watch.ts'
