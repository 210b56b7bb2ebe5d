-- What the artifacts of an organization took up on days that are over: the size of each, times the seconds of that day for which it was kept.
create table artifact_days (
  organization_id uuid not null references organizations on delete cascade,
  day date not null,
  byte_seconds numeric not null,
  primary key (organization_id, day)
);
create index artifact_days_by_day on artifact_days (day);
