/** Returns all properties of fast-check the seed of the run, and more cases with more effort. */
import { configureGlobal } from 'fast-check'
import { effort, seed } from './effort.ts'

configureGlobal({ seed, numRuns: Math.round(100 * effort) })
