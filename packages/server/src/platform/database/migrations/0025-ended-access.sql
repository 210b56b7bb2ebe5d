-- Tells every process whose sessions, keys or memberships have ended, when that is committed, so that what is open with them ends too. The payload is a user.
create function tell_ended_access() returns trigger language plpgsql as $$
begin
  perform pg_notify('access_ended', user_id::text) from (select distinct user_id from ended) users_of_ended;
  return null;
end $$;
create trigger tell_ended_sessions after delete on sessions
  referencing old table as ended for each statement execute function tell_ended_access();
create trigger tell_ended_api_keys after delete on api_keys
  referencing old table as ended for each statement execute function tell_ended_access();
create trigger tell_ended_memberships after delete on memberships
  referencing old table as ended for each statement execute function tell_ended_access();
