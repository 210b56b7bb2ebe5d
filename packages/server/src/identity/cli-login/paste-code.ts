import { randomBytes } from 'node:crypto'

// Crockford's digits: without I, L, O and U, which look like others.
const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const length = 16

/** A code that a person can type: 16 of 32 digits, drawn uniformly (80 bits). */
export function newPasteCode(): string {
  return Array.from(randomBytes(length), (byte) => digits[byte % digits.length]).join('')
}

/** What was typed as the code that was meant: without white space and hyphens, in upper case, look-alikes as what they look like. */
export function readPasteCode(typed: string): string {
  return typed.replace(/[\s-]/g, '').toUpperCase().replace(/O/g, '0').replace(/[IL]/g, '1')
}
