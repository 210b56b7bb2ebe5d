import { localHome } from '../local/home.ts'
import { endOf } from '../local/run-record.ts'
import { readRecords } from '../local/run-records.ts'
import type { CompletionSource } from './dynamic.ts'

/** Numbers of this project's runs on this machine, the newest first. */
export const complete: CompletionSource = async ({ directory, cacheDirectory }) =>
  readRecords(localHome(cacheDirectory).runs, directory).map(({ number, slug, events }) => ({
    value: String(number),
    about: `${slug} ${endOf(events)?.state ?? 'running'}, on this machine`,
  }))
