//! Explanation of a decision, recomputed from its inputs. Comes in: an engine as it was and the
//! request; goes out: reasons in French and English for a visitor, and all candidates and
//! exclusions for a developer. It also names the change that would give another choice. The
//! decision itself keeps nothing for this, so that choosing stays fast.

use serde::Serialize;

use crate::core::base::index::Index;
use crate::core::config::{Config, Offer, Topic};
use crate::core::decision::context::{DecisionContext, Exclusion};
use crate::core::decision::decide::{Decision, DecisionRequest, Reason};
use crate::core::engine::Engine;
use crate::core::introspect::messages::{LANGUAGES, Message};
use crate::core::traits::affinity::Affinity;
use crate::core::traits::facts::VisitorFacts;

/// Explanation of a decision.
///
/// ```
/// use escale::{Config, DecisionRequest, Engine, Explanation, compile, explain};
/// # let json = r#"{"version": 1, "facets": {"trip": {"topics": ["city"]}}, "families": {"city": {}}, "placements": {"hero": {}},
/// #   "policy": {"holdout": 0}, "offers": [{"id": "lisbon", "family": "city", "placements": ["hero"], "topics": {"trip.city": 1},
/// #   "content": {"en": {"title": "Lisbon"}}}]}"#;
/// # let engine = Engine::new(Config::from_bytes(compile(json).unwrap().bytes).unwrap());
/// # let now_ms = 1_795_000_000_000.0;
/// let placement = engine.placement("hero").unwrap();
/// let request = DecisionRequest { now_ms, placement, slot: 0, exclude: &[] };
/// let Explanation { offer, reason, .. } = explain(&engine, &request);
/// assert_eq!((offer, reason), (None, "nothing_known"));
/// ```
#[derive(Clone, Debug, Serialize)]
pub struct Explanation {
    /// The chosen offer's id; none: the page's own content.
    pub offer: Option<String>,
    /// The id of the variant it is shown in; none: the offer's own texts.
    pub variant: Option<String>,
    /// `chosen`, `nothing_known`, `no_eligible_offer`, `holdout`, `unknown_placement`.
    pub reason: &'static str,
    /// Probability of the draw.
    pub propensity: f64,
    /// Sixteen hexadecimal digits.
    pub seed: String,
    /// The visitor's hash, from which draws and arms follow: sixteen hexadecimal digits, as a
    /// story's `visitor`.
    pub visitor: Option<String>,
    /// Hash of the config, eight hexadecimal digits.
    pub config: String,
    /// For the visitor.
    pub texts: Vec<Texts>,
    /// For the developer: eligible offers, the best score first.
    pub candidates: Vec<CandidateAccount>,
    /// For the developer: offers that may not be shown.
    pub excluded: Vec<ExclusionAccount>,
}

/// Sentences in one language.
#[derive(Clone, Debug, Serialize)]
pub struct Texts {
    /// Code of the language.
    pub language: &'static str,
    /// Reasons for the offer, one sentence each.
    pub reasons: Vec<String>,
    /// Change that would lead to another offer.
    pub would_change: String,
}

/// The parts of a candidate's score, in doublings.
#[derive(Clone, Debug, Serialize)]
pub struct CandidateAccount {
    /// Id of the offer.
    pub offer: String,
    /// Sum of the parts, in doublings.
    pub score: f64,
    /// Part of the config: rate, value and priority.
    pub base: f64,
    /// Part of promotions and scenarios.
    pub promotion: f64,
    /// Penalty of fatigue and feedback.
    pub history: f64,
    /// Penalty for offers of its family on the page.
    pub similarity: f64,
    /// Parts of its topics.
    pub topics: Vec<Contribution>,
}

/// Contribution of one topic to a score.
#[derive(Clone, Debug, Serialize)]
pub struct Contribution {
    /// Name of the topic.
    pub topic: String,
    /// Weight of the topic for the offer.
    pub weight: f64,
    /// Lift of the topic, in doublings.
    pub log_lift: f64,
    /// `γ · weight · log₂ lift`.
    pub adds: f64,
    #[serde(skip)]
    index: Index<Topic>,
}

/// Why an offer was out.
#[derive(Clone, Debug, Serialize)]
pub struct ExclusionAccount {
    /// Id of the offer.
    pub offer: String,
    /// Code of the reason.
    pub why: &'static str,
}

/// Explains what `engine.choose(request)` decides.
#[must_use]
pub fn explain(engine: &Engine, request: &DecisionRequest) -> Explanation {
    let decision = engine.choose(request);
    let account = Account {
        context: &engine.context(request.now_ms),
        request,
        decision,
    };
    account.explanation()
}

struct Account<'a> {
    context: &'a DecisionContext<'a>,
    request: &'a DecisionRequest<'a>,
    decision: Decision,
}

impl Account<'_> {
    fn explanation(&self) -> Explanation {
        let config = self.context.config;
        let placement = config.placement(self.request.placement);
        let (mut candidates, mut excluded) = (Vec::new(), Vec::new());
        for index in config.candidates(&placement) {
            let offer = config.offer(index);
            let full = self
                .context
                .eligibility
                .is_full(&placement)
                .then_some(Exclusion::Capped);
            match self
                .context
                .exclusion_from(&placement, &offer, self.request.exclude)
                .or(full)
            {
                Some(why) => excluded.push(ExclusionAccount {
                    offer: config.text(offer.name).into(),
                    why: why.name(),
                }),
                None => candidates.push(self.candidate(&offer)),
            }
        }
        candidates.sort_by(|a, b| {
            b.score
                .total_cmp(&a.score)
                .then_with(|| a.offer.cmp(&b.offer))
        });
        Explanation {
            offer: self
                .decision
                .offer
                .map(|o| config.text(config.offer(o).name).to_owned()),
            variant: self.variant().map(str::to_owned),
            reason: self.decision.reason.name(),
            propensity: self.decision.propensity,
            seed: format!("{:016x}", self.decision.seed),
            visitor: self
                .context
                .facts
                .visitor
                .map(|hash| format!("{hash:016x}")),
            config: format!("{:08x}", self.decision.config),
            texts: LANGUAGES
                .iter()
                .map(|language| self.texts(language))
                .collect(),
            candidates,
            excluded,
        }
    }

    fn variant(&self) -> Option<&str> {
        let config = self.context.config;
        let variant = config.variant(&config.offer(self.decision.offer?), self.decision.variant)?;
        Some(config.text(variant.name))
    }

    fn candidate(&self, offer: &Offer) -> CandidateAccount {
        let (context, on_page) = (self.context, self.request.exclude);
        CandidateAccount {
            offer: context.config.text(offer.name).to_owned(),
            score: context.score(offer, on_page),
            base: offer.base_score,
            promotion: context.promotion_part(offer),
            history: -context.history_part(offer),
            similarity: -context.similarity_part(offer, on_page),
            topics: self.contributions(offer),
        }
    }

    /// Returns the contribution of each topic to an offer's score, the largest first.
    fn contributions(&self, offer: &Offer) -> Vec<Contribution> {
        let config = self.context.config;
        let weights = config.topic_weights(offer.first_weight, offer.weights);
        let mut topics: Vec<Contribution> = weights
            .map(|(topic, weight)| {
                let log_lift = self.context.facts.affinity.log_lift(topic);
                let adds = config.policy().affinity_weight * weight * log_lift;
                Contribution {
                    topic: config.name(topic).to_owned(),
                    weight,
                    log_lift,
                    adds,
                    index: topic,
                }
            })
            .collect();
        topics.sort_by(|a, b| {
            b.adds
                .total_cmp(&a.adds)
                .then_with(|| a.topic.cmp(&b.topic))
        });
        topics
    }

    fn texts(&self, language: &'static str) -> Texts {
        let chosen = self.decision.offer;
        let Some(offer) = chosen.map(|index| self.context.config.offer(index)) else {
            return Texts {
                language,
                reasons: vec![self.no_offer().text(language)],
                would_change: self.what_is_missing().text(language),
            };
        };
        let liked: Vec<Contribution> = self
            .contributions(&offer)
            .into_iter()
            .filter(|c| c.adds > 0.0)
            .take(3)
            .collect();
        let mut reasons: Vec<String> = liked
            .iter()
            .map(|c| {
                let share = self
                    .context
                    .facts
                    .affinity
                    .topics
                    .get(c.index.position())
                    .map_or(0.0, |t| t.probability);
                let liked = Message::Liked {
                    label: self.context.config.label(c.index, language),
                    share: libm::round(share * 100.0) as u32,
                };
                liked.text(language)
            })
            .collect();
        if self.context.is_promoted(&offer) {
            reasons.push(Message::Promoted.text(language));
        }
        if reasons.is_empty() {
            reasons.push(Message::General.text(language));
        }
        let would_change = match liked.first() {
            Some(first) => self.without(first.index, language),
            None => Message::SayMore.text(language),
        };
        Texts {
            language,
            reasons,
            would_change,
        }
    }

    /// Returns the choice without the visitor's interest in a topic.
    fn without(&self, topic: Index<Topic>, language: &str) -> String {
        let config = self.context.config;
        let mut profile = self.context.profile.clone();
        let hash = config.topic(topic).hash;
        profile
            .facets
            .iter_mut()
            .for_each(|f| f.topics.retain(|t| t.hash != hash));
        let affinity = Affinity::read(&profile, config, self.context.now_s);
        let facts = VisitorFacts {
            profile: &profile,
            affinity,
            ..self.context.facts.clone()
        };
        let other = DecisionContext::new(config, facts).decide(self.request);
        let label = config.label(topic, language);
        let message = match other.offer {
            None => Message::WithoutDefault { label },
            offer if offer == self.decision.offer => Message::WithoutSame { label },
            Some(offer) => Message::Without {
                label,
                title: title(config, offer, other.variant, language),
            },
        };
        message.text(language)
    }

    /// The reason why no offer is shown.
    fn no_offer(&self) -> Message<'static> {
        match self.decision.reason {
            Reason::Holdout => Message::Holdout,
            Reason::NoEligibleOffer => Message::NoEligibleOffer,
            Reason::UnknownPlacement => Message::UnknownPlacement,
            Reason::NothingKnown | Reason::Chosen => Message::NothingKnown,
        }
    }

    fn what_is_missing(&self) -> Message<'static> {
        if self.decision.reason != Reason::NothingKnown {
            return Message::SayMore;
        }
        let least = self
            .context
            .config
            .placement(self.request.placement)
            .min_confidence
            .min(0.999);
        let config = self.context.config;
        let priors = config
            .indices()
            .map(|facet| config.facet(facet).prior_strength);
        let prior = priors.reduce(f64::min).unwrap_or(0.0);
        let needed = prior * least / (1.0 - least);
        let known = self
            .context
            .facts
            .affinity
            .facets
            .iter()
            .fold(0.0, |best: f64, f| f.mass.max(best));
        Message::MorePages {
            count: libm::ceil((needed - known).max(1.0)) as u32,
        }
    }
}

fn title<'a>(config: &'a Config, offer: Index<Offer>, variant: u8, language: &str) -> &'a str {
    config
        .content(offer, variant, language)
        .find(|(key, _)| *key == "title")
        .map_or("", |(_, text)| text)
}

impl Exclusion {
    /// The name, as the inspector shows it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NotYet => "not_yet",
            Self::Over => "over",
            Self::Condition => "condition",
            Self::Feedback => "feedback",
            Self::FamilyRests => "family_rests",
            Self::OnThePage => "on_the_page",
            Self::Capped => "capped",
            Self::RestsAfterBooking => "rests_after_booking",
            Self::Preference => "preference",
            Self::Booked => "booked",
            Self::NoTripAhead => "no_trip_ahead",
            Self::NotDue => "not_due",
            Self::NegativePersona => "negative_persona",
            Self::NothingKnown => "nothing_known",
        }
    }
}
