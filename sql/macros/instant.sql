-- The instant that a text stands for, in UTC; null where it stands for none. A count since 1970 in $unit, or ISO 8601:
-- a clock time without an offset is of the zone. Counts beyond the year 9999 are no instants.
create or replace macro instant(written, unit, zone) as
    case
        when not regexp_matches(written, '[0-9]') then null  -- 'infinity' is a timestamp to the engine
        when unit = 'iso' and regexp_matches(written, '(Z|[+-][0-9]{2}(:?[0-9]{2})?)$') and length(written) > 10
            then try_cast(written as timestamptz)
        when unit = 'iso' then timezone(zone, try_cast(written as timestamp))
        when abs(try_cast(written as double) / case unit when 's' then 1e0 when 'ms' then 1e3 else 1e6 end) < 253402300800
            then make_timestamp((try_cast(written as double) * case unit when 's' then 1e6 when 'ms' then 1e3 else 1e0 end)::bigint)
                at time zone 'UTC'
    end;
