-- One row per record that breaks a rule: where it stands in raw, the file's checksum, the rule, and what was found.
with judged as (
    select * from clean.judged
    where rule is not null
),

files as (
    select * from raw.files
    where source = $source
)

select
    judged.platform,
    $source as source,
    judged.day,
    judged.landed_on,
    judged.source_file,
    judged.source_line,
    judged.rule,
    judged.found,
    files.file_sha256
from judged
left join files on judged.source_file = files.source_file and judged.landed_on = files.day
