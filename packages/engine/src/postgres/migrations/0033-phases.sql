-- phases: when parts of its work began and ended, as its runners said: fence, name, begin and end.
alter table engine.jobs add column phases json;
