-- The steps whose files a job's step gets besides those that it builds in; null for none.
alter table engine.jobs add column inputs_from integer[];
