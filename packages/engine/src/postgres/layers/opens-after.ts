import { isHomeUnfit } from '../waiting/reach-text.ts'

/** Smaller files reach any runner without a noticeable delay. */
const smallBytes = 8 * 1024 * 1024
/** Transfer rate in bytes per second until one is measured. */
const usualRate = 40_000_000
const longest = "interval '10 s'"

/**
 * Returns SQL for the time during which a ready job is reserved for the runner that has the first
 * of its files: about the transfer time, up to a limit. There is no reservation if that runner
 * cannot take the job or get the other files.
 * @param job an alias with the columns of `engine.ready` that describe the job's files and rights.
 */
export function opensAfter(job: string, queue = `${job}.queue`): string {
  const [files, holders] = [`${job}.files`, `${job}.holders`]
  return `(select case
      when ${isHomeUnfit(job, queue)} then interval '0'
      when bool_or(f.holder <> ${holders}[1] and e.bytes is null) then interval '0'
      when bool_or(e.bytes is null) then ${longest}
      when sum(e.bytes) filter (where f.holder = ${holders}[1]) < ${smallBytes} then interval '0'
      else least(${longest}, sum(e.bytes) filter (where f.holder = ${holders}[1])
        / coalesce((select avg(rate) from engine.runners where rate is not null), ${usualRate}) * interval '1 s') end
    from unnest(${files}, ${holders}) f(snapshot, holder) left join lateral (
      select min(bytes) as bytes from engine.exports where snapshot = f.snapshot and stored_at is not null) e on true)`
}
