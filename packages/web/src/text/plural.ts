import { thousands } from './count.ts'
/** `1 step`, `2,000 steps`. */
export function counted(count: number, noun: string): string {
  return `${thousands(count)} ${noun}${count === 1 ? '' : 's'}`
}
