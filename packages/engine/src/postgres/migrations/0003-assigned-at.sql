-- When a job's newest lease began; null for what an earlier release leased.
alter table engine.jobs add column assigned_at timestamptz;
