import { expect, test } from 'vitest'
import { problemsOfFields, type StartValues, startRequest } from './start-request.ts'

const values: StartValues = {
  ...{ source: 'repository', branch: ' main ', commit: '', message: '', variables: '', address: '', checksum: '' },
  withoutCache: false,
}

test('web P5 a build of a connected repository uses the newest commit of its branch, or the given commit', () => {
  expect(startRequest({ ...values, commit: ' ' }, null).request).toEqual({
    kind: 'create',
    body: { branch: 'main', commit: 'HEAD', source: 'ui' },
  })
  const other = startRequest({ ...values, commit: 'd'.repeat(40), variables: 'A=1', message: 'Why' }, 7)
  expect(other.request?.body).toMatchObject({ commit: 'd'.repeat(40), env: { A: '1' }, message: 'Why' })
})

test('web P5 missing values are reported at their fields, and nothing is sent', () => {
  expect(startRequest({ ...values, branch: ' ', commit: 'abc1234' }, 7)).toMatchObject({
    request: null,
    problems: { branch: expect.any(String), commit: expect.any(String) },
  })
  expect(startRequest({ ...values, source: 'address' }, 7).problems).toEqual({ address: expect.any(String) })
  expect(startRequest({ ...values, variables: 'x' }, 7).problems).toEqual({ variables: expect.any(String) })
})

test('a rebuild uses other variables and changes nothing else', () => {
  const judged = startRequest({ ...values, source: 'again', variables: 'A=1', withoutCache: true }, 7)
  expect(judged.request).toEqual({ kind: 'again', number: 7, body: { env: { A: '1' }, without_cache: true } })
})

test("an archive needs no commit, and the server's errors appear at its fields", () => {
  const judged = startRequest({ ...values, source: 'address', address: 'https://x.test/a.tgz' }, 7)
  expect(judged.request?.body).toMatchObject({ source_url: 'https://x.test/a.tgz', commit: '0'.repeat(40) })
  expect(problemsOfFields({ source_url: 'a', 'env.A': 'b', branch: 'c' })).toEqual({
    ...{ address: 'a', variables: 'b', branch: 'c' },
  })
})
