//! Lines that `escale serve` prints at its start. In: the server as it was opened. Out: its address, the demo's tour, warnings.

use std::net::SocketAddr;

use escale::Config;

use super::arguments::Args;
use crate::http::state::AppState;
use crate::webhook::Receivers;

pub fn announce(address: &SocketAddr, state: &AppState, args: &Args) {
    println!(
        "Escale serves the site `{}` at http://{address}/ (data in {})",
        args.shared.site, args.shared.db
    );
    if args.demo.is_some() {
        let access = if state.is_report_open {
            "no key is needed"
        } else {
            "with a key"
        };
        println!(
            "{}",
            TOUR.replace("{address}", &address.to_string())
                .replace("{access}", access)
        );
    }
    println!("Ctrl-C stops it; the data stay.");
}

/// Tour of the demo.
const TOUR: &str = "
  Open       http://{address}/ and accept the banner: without consent nothing is read, stored or sent.
  City       view three city trips and start a quote: the home page then shows a city offer.
  Exotic     in a private window, view exotic trips instead: that visitor's home page turns exotic.
  Why?       every offer explains why it is shown; \"less of this\" and \"never\" take effect at once.
  Inspector  http://{address}/?escale=inspect shows the profile, every candidate and its score.
  Report     http://{address}/report shows what offers are worth, with simulated visitors; {access}.
  Two worlds sign in with the same e-mail in both windows: each learns what the other knows.
  Forget     withdraw your consent: the data are erased here and on the server.
";

/// Warns of scenarios whose webhook has no address: they do not fire.
pub fn warn_of_webhooks(config: &Config, receivers: &Receivers) {
    let names = receivers.names();
    let scenarios = config.indices().map(|index| config.scenario(index));
    for scenario in scenarios.filter(|scenario| scenario.offer.is_none()) {
        let (name, webhook) = (config.text(scenario.name), config.text(scenario.webhook));
        if !names.iter().any(|known| known == webhook) {
            super::log::warn_of_config(&format!(
                "the scenario `{name}` does not fire: give --webhook {webhook}=https://…"
            ));
        }
    }
}
