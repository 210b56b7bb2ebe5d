import { readFileSync } from 'node:fs'
import { test } from 'vitest'
import { windows, withWindows } from './windows.ts'

test.each(windows)('the code contains the line of the window "$name"', (window) => {
  withWindows(readFileSync(new URL(`../../packages/${window.file}`, import.meta.url), 'utf8'), [window])
})
