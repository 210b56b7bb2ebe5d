import { expect, test } from 'vitest'
import { cloneUrlKey } from './routes.ts'

test.for([
  'https://github.com/acme/core.git',
  'https://github.com/acme/core',
  'HTTPS://GitHub.com/Acme/Core.git/',
  'http://user:secret@github.com/acme/core',
  'git@github.com:acme/core.git',
  'ssh://git@github.com/acme/core.git',
  'github.com/acme/core',
  ' https://github.com/acme/core?x=1#y ',
])('%s is one repository, however it is written', (url) => {
  expect(cloneUrlKey(url)).toBe('github.com/acme/core')
})

test('another host, port or path is another repository', () => {
  const keys = [
    'https://a.example/x/y',
    'https://b.example/x/y',
    'https://a.example:8443/x/y',
    'https://a.example/x/z',
    'x/y',
  ].map(cloneUrlKey)
  expect(new Set(keys).size).toBe(keys.length)
})
