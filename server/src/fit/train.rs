//! Training of score tables: multinomial logistic regression by Adagrad on the log loss of the next
//! topic. In: steps. Out: weights in nats. Never: a random number; the same steps give the same
//! weights.

use escale::internals::config::table_codec::cell_count;
use escale::internals::config::tables::Feature;

use super::dataset::{Dataset, OF_TOPIC, OF_VISITOR};

/// Form of one table.
#[derive(Clone, Debug)]
pub struct Form {
    pub by: Vec<Feature>,
    pub bits: u8,
    /// Weight of the penalty on its cells.
    pub penalty: f32,
}

/// A table while it is trained.
pub struct Table {
    pub form: Form,
    pub weights: Vec<f32>,
    start: Vec<f32>,
    squares: Vec<f32>,
    /// Stride of each feature of the visitor, 0 if it does not index the table.
    of_visitor: [usize; OF_VISITOR.len()],
    of_topic: [usize; OF_TOPIC.len()],
    topic: usize,
}

/// Settings of a training.
#[derive(Clone, Copy, Debug)]
pub struct Training {
    pub passes: usize,
    pub rate: f32,
}

impl Table {
    /// An untrained table, which counts the share by decayed counts as it is.
    pub fn new(form: Form, topics: usize) -> Self {
        let cells = cell_count(&form.by, topics as u16);
        let mut table = Self {
            weights: vec![0.0; cells],
            start: Vec::new(),
            squares: vec![1e-3; cells],
            of_visitor: [0; OF_VISITOR.len()],
            of_topic: [0; OF_TOPIC.len()],
            topic: 0,
            form,
        };
        let mut stride = 1;
        for feature in table.form.by.iter().rev() {
            let place = |list: &[Feature]| list.iter().position(|other| other == feature);
            if let Some(at) = place(&OF_VISITOR) {
                table.of_visitor[at] = stride;
            } else if let Some(at) = place(&OF_TOPIC) {
                table.of_topic[at] = stride;
            } else {
                table.topic = stride;
            }
            stride *= feature.size(topics as u16);
        }
        if table.form.by == [Feature::Share] {
            let octaves = |class: usize| (class as f32 - 63.0) / 4.0;
            table.weights = (0..cells)
                .map(|class| octaves(class) * std::f32::consts::LN_2)
                .collect();
        }
        table.start = table.weights.clone();
        table
    }

    fn base(&self, of_visitor: &[u16; OF_VISITOR.len()]) -> usize {
        let mut at = 0;
        for (stride, value) in self.of_visitor.iter().zip(of_visitor) {
            at += stride * usize::from(*value);
        }
        at
    }

    fn cell(&self, base: usize, topic: usize, of_topic: &[u8; OF_TOPIC.len()]) -> usize {
        let mut at = base + self.topic * topic;
        for (stride, value) in self.of_topic.iter().zip(of_topic) {
            at += stride * usize::from(*value);
        }
        at
    }
}

/// Model while it is trained.
pub struct Trainer<'a> {
    data: &'a Dataset,
    pub tables: Vec<Table>,
    cells: Vec<usize>,
    scores: Vec<f32>,
    gradient: Vec<f32>,
}

impl<'a> Trainer<'a> {
    pub fn new(data: &'a Dataset, forms: &[Form]) -> Self {
        let tables = forms
            .iter()
            .map(|form| Table::new(form.clone(), data.topics))
            .collect();
        Self {
            data,
            tables,
            cells: vec![0; forms.len() * data.topics],
            scores: vec![0.0; data.topics],
            gradient: vec![0.0; data.topics],
        }
    }

    /// Trains by all steps in their order, several times. `done` hears of each pass.
    pub fn train(&mut self, training: Training, mut done: impl FnMut()) {
        for pass in 0..training.passes {
            // The last passes take smaller steps.
            let rate = training.rate / (1.0 + pass as f32);
            for step in 0..self.data.len() {
                self.score(step);
                self.differentiate(step);
                self.update(rate);
            }
            done();
        }
    }

    /// Scores the topics of a step.
    fn score(&mut self, step: usize) {
        let (topics, of_visitor) = (self.data.topics, &self.data.visitors[step]);
        let values = self.data.topics_of(step);
        self.scores.fill(0.0);
        for (at, table) in self.tables.iter().enumerate() {
            let base = table.base(of_visitor);
            for (topic, value) in values.iter().enumerate() {
                let cell = table.cell(base, topic, value);
                self.cells[at * topics + topic] = cell;
                self.scores[topic] += table.weights[cell];
            }
        }
    }

    /// Gradient of the log loss by the scores.
    fn differentiate(&mut self, step: usize) {
        let most = self.scores.iter().copied().fold(f32::MIN, f32::max);
        let mut sum = 0.0;
        for (gradient, score) in self.gradient.iter_mut().zip(&self.scores) {
            *gradient = (score - most).exp();
            sum += *gradient;
        }
        self.gradient.iter_mut().for_each(|share| *share /= sum);
        for (topic, share) in self.data.targets_of(step) {
            self.gradient[usize::from(*topic)] -= share;
        }
    }

    fn update(&mut self, rate: f32) {
        let topics = self.data.topics;
        for (at, table) in self.tables.iter_mut().enumerate() {
            for (cell, gradient) in self.cells[at * topics..][..topics]
                .iter()
                .zip(&self.gradient)
            {
                let weight = table.weights[*cell];
                let g = gradient + table.form.penalty * (weight - table.start[*cell]);
                table.squares[*cell] += g * g;
                table.weights[*cell] = weight - rate * g / table.squares[*cell].sqrt();
            }
        }
    }
}
