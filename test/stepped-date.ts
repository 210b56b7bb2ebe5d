/**
 * Makes the wall clock of a process adjustable through `--import` of this file. The clock is
 * shifted by the hours in the file that `STEPPED_DATE` names.
 */
import { readFileSync } from 'node:fs'
import process from 'node:process'

const file = process.env.STEPPED_DATE ?? ''
const Real = Date
const now = () => Real.now() + Number(readFileSync(file, 'utf8')) * 3_600_000

globalThis.Date = new Proxy(Real, {
  construct: (target, args: [], newTarget) => Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
  apply: () => new Real(now()).toString(),
  get: (target, name, receiver) => (name === 'now' ? now : Reflect.get(target, name, receiver)),
})
