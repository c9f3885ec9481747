//! Netsplit: a distributed-systems laboratory.
