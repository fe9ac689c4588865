-- A text in one form (resources/plain_text.py is its twin): without control and bidirectional characters, Unicode NFC, runs of
-- white space folded into single spaces. Composing is slow, so only what holds a character that can change is composed: marks,
-- Hangul letters, and signs that stand for another (Kelvin, Ohm, compatibility ideographs, …).
create or replace macro plain(written) as
    case
        when not regexp_matches(written, '[^ -~]|^ |  | $') then written
        else trim(
            regexp_replace(
                case
                    when regexp_matches(
                        written,
                        '[\pM\x{374}\x{37E}\x{387}\x{958}-\x{95F}\x{9DC}-\x{9DF}\x{A33}-\x{A5E}\x{B5C}\x{B5D}\x{F43}-\x{F69}'
                        || '\x{1161}-\x{11C2}\x{1F71}-\x{1FFD}\x{2000}\x{2001}\x{2126}\x{212A}\x{212B}\x{2329}\x{232A}\x{2ADC}'
                        || '\x{F900}-\x{FAD9}\x{FB1D}-\x{FB4E}\x{1D15E}-\x{1D1C0}\x{2F800}-\x{2FA1D}]'
                    )
                        then nfc_normalize(
                            regexp_replace(
                                written,
                                '[\x{00}-\x{08}\x{0E}-\x{1B}\x{7F}-\x{84}\x{86}-\x{9F}\x{61C}\x{200E}\x{200F}\x{202A}-\x{202E}'
                                || '\x{2066}-\x{2069}\x{FEFF}]', '', 'g'
                            )
                        )
                    else regexp_replace(
                        written,
                        '[\x{00}-\x{08}\x{0E}-\x{1B}\x{7F}-\x{84}\x{86}-\x{9F}\x{61C}\x{200E}\x{200F}\x{202A}-\x{202E}'
                        || '\x{2066}-\x{2069}\x{FEFF}]', '', 'g'
                    )
                end,
                '[\x{09}-\x{0D}\x{1C}-\x{20}\x{85}\x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}]{2,}'
                || '|[\x{09}-\x{0D}\x{1C}-\x{1F}\x{85}\x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}]', ' ', 'g'
            )
        )
    end;
