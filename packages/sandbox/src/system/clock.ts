export { bootId, bootTime } from './boot-time.ts'
export { now, processClock } from './now.ts'
export { type Clocks, readClocks } from './read-clocks.ts'
export { SteadyClock } from './steady-clock.ts'
