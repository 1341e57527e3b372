//! The Nmbrs sandbox itself: is it as the vendor's documents say, and does it do what a test asks of it?

mod asking;
mod population;
