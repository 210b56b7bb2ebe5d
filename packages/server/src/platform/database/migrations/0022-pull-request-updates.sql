-- When the pull request was as the build has it, as its forge says; null for a forge that tells by itself whether the commits are others.
alter table build_records add column pull_request_as_of timestamptz;
create index build_records_of_pull_request on build_records
  (pipeline_id, ((pull_request ->> 'number')::integer), pull_request_as_of) where pull_request_as_of is not null;
