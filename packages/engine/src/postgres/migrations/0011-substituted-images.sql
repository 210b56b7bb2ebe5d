-- The image that could not be had, of a job for which the base `host` stood in for it.
alter table engine.jobs add column substituted_image text;
