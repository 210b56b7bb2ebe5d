-- Whether nobody has asked for it yet: its runner sends it after all that somebody waits for.
alter table engine.exports add column ahead boolean not null default false;
