//! Housekeeping of a site. In: the clock. Out: proof that the store reads and writes; the day up to which data may expire.
//! Never: data that expire because a clock jumped.

use super::Step;
use crate::base::ids::Site;

/// Bucket of a site's housekeeping.
const BUCKET: u16 = 0;
/// Days for which a server may have been off. A longer gap may be a clock that jumped.
const MOST_DAYS_OFF: u32 = 7;

/// Writes the time. It fails on a full disk, and on a database that only reads.
pub fn write_probe(site: &Site, now_s: u64) -> Step<()> {
    Step::new(site, BUCKET, move |here| async move {
        let sql = "INSERT INTO probes (site, bucket, at_s) VALUES ($1, $2, $3)
             ON CONFLICT (site, bucket) DO UPDATE SET at_s = excluded.at_s";
        here.run(sql, vec![now_s.into()]).await;
    })
}

/// Reads the time that was written last.
pub fn read_probe(site: &Site) -> Step<u64> {
    Step::new(site, BUCKET, |here| async move {
        let sql = "SELECT at_s FROM probes WHERE site = $1 AND bucket = $2";
        here.row(sql, Vec::new())
            .await
            .map_or(0, |row| row.int(0).cast_unsigned())
    })
}

/// Returns the day that retention may take for today, and remembers it.
pub fn reach_day(site: &Site, today: u32, trusts_clock: bool) -> Step<u32> {
    Step::new(site, BUCKET, move |here| async move {
        let sql = "SELECT day FROM retention WHERE site = $1 AND bucket = $2";
        let reached = here.row(sql, Vec::new()).await.map(|row| row.day(0));
        let day = day_to_reach(reached, today, trusts_clock);
        let sql = "INSERT INTO retention (site, bucket, day) VALUES ($1, $2, $3)
             ON CONFLICT (site, bucket) DO UPDATE SET day = excluded.day";
        here.run(sql, vec![day.into()]).await;
        day
    })
}

/// Limits a jump of the clock: the run reaches one day further than the last one.
fn day_to_reach(reached: Option<u32>, today: u32, trusts_clock: bool) -> u32 {
    match reached {
        Some(reached) if !trusts_clock && today > reached + MOST_DAYS_OFF => reached + 1,
        _ => today,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn day_to_reach_after_a_jump_is_one_day_further_unless_the_clock_is_trusted() {
        assert_eq!(day_to_reach(None, 20_000, false), 20_000);
        assert_eq!(day_to_reach(Some(19_999), 20_000, false), 20_000);
        assert_eq!(day_to_reach(Some(19_993), 20_000, false), 20_000);
        assert_eq!(day_to_reach(Some(19_992), 20_000, false), 19_993);
        assert_eq!(day_to_reach(Some(15_000), 20_000, false), 15_001);
        assert_eq!(day_to_reach(Some(15_000), 20_000, true), 20_000);
        // A clock that was ahead and is right again.
        assert_eq!(day_to_reach(Some(25_000), 20_000, false), 20_000);
    }
}
