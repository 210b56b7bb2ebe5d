/** The parts of identity that builds use. */
export type { AccessWatch } from './access/access-watch.ts'
export { type Holder, mayStay } from './access/may-stay.ts'
