/** Smaller files are anywhere as soon as at home. */
const smallBytes = 8 * 1024 * 1024
/** Bytes in a second, as long as none was measured. */
const usualRate = 40_000_000
const longest = "interval '10 s'"

/**
 * Returns the SQL for how long a ready job with these files is kept for the runner that has the first
 * of them: about as long as they would travel, and no longer than anybody should wait; not at all
 * where that runner cannot have the others.
 */
export function opensAfter(files: string, holders: string): string {
  return `(select case
      when bool_or(f.holder <> ${holders}[1] and e.bytes is null) then interval '0'
      when bool_or(e.bytes is null) then ${longest}
      when sum(e.bytes) filter (where f.holder = ${holders}[1]) < ${smallBytes} then interval '0'
      else least(${longest}, sum(e.bytes) filter (where f.holder = ${holders}[1])
        / coalesce((select avg(rate) from engine.runners where rate is not null), ${usualRate}) * interval '1 s') end
    from unnest(${files}, ${holders}) f(snapshot, holder) left join lateral (
      select min(bytes) as bytes from engine.exports where snapshot = f.snapshot and stored_at is not null) e on true)`
}
