-- How long the tests of each file took, and of how many files: what splits go by. Reports of earlier releases do not say it.
alter table engine.test_reports add column files integer, add column file_times json;
