/**
 * Returns the SQL condition that a build is the newest pass of its pipeline's default branch. Its
 * artifacts stay longer: people and machines fetch "the latest".
 */
export function isNewestPass(buildId: string): string {
  return `exists (
    select from build_records r join pipelines p on p.id = r.pipeline_id
     where r.id = ${buildId} and r.state = 'passed' and r.trust = 'trusted' and r.branch = p.default_branch
       and not exists (select from build_records n where n.pipeline_id = r.pipeline_id and n.branch = r.branch
         and n.state = 'passed' and n.trust = 'trusted' and n.number > r.number))`
}
