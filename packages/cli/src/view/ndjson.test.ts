import { expect, test } from 'vitest'
import { ndjsonView } from './ndjson.ts'
import { collect } from './screen.test-support.ts'
import { events } from './story.test-support.ts'

const { buildStart, queued, start, log, end, buildEnd } = events
const at = Date.UTC(2026, 10, 26, 8, 1, 2, 345)

test('each event is one line of JSON on stdout, with instants in RFC 3339 and unchanged text', async () => {
  const out = collect()
  const err = collect()
  const view = ndjsonView(out.terminal, err.terminal)
  await view.show(buildStart(1, at))
  await view.show(queued('a', { depends_on: ['b'], display_name: 'A\u2028' }))
  await view.show(start('a', at))
  await view.show(log('a', '\x1b[31mred\x1b[0m "é" \ud800', { ts: at, stream: 'stderr' }))
  await view.show(end('a', 'failed', 12.5))
  await view.show({
    kind: 'chain_failed',
    chain_idx: 0,
    failed_step_id: 'id-a',
    failed_step_key: 'a',
    exit_code: 1,
    message: 'exit 1',
    ts: at,
  })
  await view.show(buildEnd('failed', 20))
  await view.note('to people')
  await view.close()
  const instant = '2026-11-26T08:01:02.345Z'
  expect(out.text().split('\n')).toEqual([
    `{"kind":"build_start","run_id":"run","plan":{"step_count":1,"chain_count":1,"default_runner":"local"},"started_at":"${instant}"}`,
    '{"kind":"step_queued","step_id":"id-a","key":"a","chain_idx":0,"parent_key":null,"display_name":"A\u2028","depends_on":["b"]}',
    `{"kind":"step_start","step_id":"id-a","runner":"local","image":"ubuntu:24.04","attempt":1,"started_at":"${instant}"}`,
    `{"kind":"step_log","step_id":"id-a","stream":"stderr","line":"\\u001b[31mred\\u001b[0m \\"é\\" \\ud800","ts":"${instant}"}`,
    '{"kind":"step_end","step_id":"id-a","exit_code":1,"duration_ms":12.5,"snapshot":null,"state":"failed","soft_failed":false,"error_code":null,"message":null}',
    `{"kind":"chain_failed","chain_idx":0,"failed_step_id":"id-a","failed_step_key":"a","exit_code":1,"message":"exit 1","ts":"${instant}"}`,
    '{"kind":"build_end","exit_code":1,"duration_ms":20,"state":"failed","error_code":null,"message":null}',
    '',
  ])
  expect(err.text()).toBe('to people\n')
})
