-- The results of a report as a build lists them: failed ones first, then the slowest.
create index test_results_listed on engine.test_results
  (report, (case state when 'p' then 1 when 's' then 2 else 0 end), (-coalesce(duration_ms, 0)), test);
