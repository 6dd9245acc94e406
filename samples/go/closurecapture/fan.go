// Package closurecapture hands work to goroutines that read settings of the function that starts them.
package closurecapture

import "sync"

// Sums adds up the parts, each in its own goroutine; a factor of 0 means 1.
func Sums(parts [][]int, factor int, sums []int) {
	if factor == 0 {
		factor = 1
	}
	var wg sync.WaitGroup
	for i, part := range parts {
		wg.Add(1)
		go func() {
			defer wg.Done()
			sum := 0
			for _, v := range part {
				sum += v * factor
			}
			sums[i] = sum
		}()
	}
	wg.Wait()
}

// Broadcast sends the level to every channel, at least 1.
func Broadcast(level int, channels []chan int) {
	if level < 1 {
		level = 1
	}
	for _, out := range channels {
		go func(out chan<- int) {
			out <- level
		}(out)
	}
}

// Each runs the steps and reports, in reverse order, how many there were, at most limit.
func Each(steps []func(), limit int, report func(step, steps int)) {
	count := len(steps)
	if count > limit {
		count = limit
	}
	for i, step := range steps[:count] {
		step()
		defer func() { report(i, count) }()
	}
}
