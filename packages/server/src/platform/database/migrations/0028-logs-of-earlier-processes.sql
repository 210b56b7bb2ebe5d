-- A process of the release before packs logs of jobs alone, and names no owner.
create function own_packed_log() returns trigger language plpgsql as $$
  begin
    new.of_job := coalesce(new.of_job, new.job_id);
    return new;
  end $$;
create trigger packed_logs_owner before insert on packed_logs for each row execute function own_packed_log();
