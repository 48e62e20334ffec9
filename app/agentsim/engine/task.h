// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <coroutine>
#include <cstddef>
#include <exception>
#include <utility>
#include <vector>

namespace flyball::agentsim {

/// A coroutine that starts when awaited and resumes its awaiter when it is done. It owns its frame:
/// destroying the outermost Task of a run ends the run wherever it stands. One thread.
class [[nodiscard]] Task {
public:
    /// Counts down parallel tasks; the last one resumes the waiter.
    struct Latch {
        std::size_t left = 0;
        std::coroutine_handle<> waiter;
    };
    struct promise_type {
        std::coroutine_handle<> continuation = std::noop_coroutine();
        Latch *latch = nullptr;
        std::vector<std::size_t> *finished = nullptr; ///< where a root reports its slot
        std::size_t slot = 0;

        Task get_return_object() { return Task(Handle::from_promise(*this)); }
        std::suspend_always initial_suspend() noexcept { return {}; }
        auto final_suspend() noexcept { return Final{}; }
        void return_void() {}
        void unhandled_exception() { std::terminate(); }
    };
    using Handle = std::coroutine_handle<promise_type>;

    explicit Task(Handle handle) : m_handle(handle) {}
    Task(Task &&other) noexcept : m_handle(std::exchange(other.m_handle, {})) {}
    Task &operator=(Task &&other) noexcept
    {
        if (this != &other) {
            reset();
            m_handle = std::exchange(other.m_handle, {});
        }
        return *this;
    }
    ~Task() { reset(); }

    void reset()
    {
        if (m_handle)
            std::exchange(m_handle, {}).destroy();
    }
    [[nodiscard]] Handle handle() const { return m_handle; }

    [[nodiscard]] bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiter) noexcept
    {
        m_handle.promise().continuation = awaiter;
        return m_handle;
    }
    void await_resume() const noexcept {}

private:
    struct Final {
        [[nodiscard]] bool await_ready() const noexcept { return false; }
        std::coroutine_handle<> await_suspend(Handle h) noexcept
        {
            promise_type &p = h.promise();
            if (p.finished != nullptr)
                p.finished->push_back(p.slot);
            if (p.latch != nullptr)
                return --p.latch->left == 0 ? p.latch->waiter : std::noop_coroutine();
            return p.continuation;
        }
        void await_resume() const noexcept {}
    };
    Handle m_handle;
};

/// co_await Parallel(tasks): starts all in order, goes on when the last is done.
class Parallel {
public:
    explicit Parallel(std::vector<Task> tasks) : m_tasks(std::move(tasks)) {}

    [[nodiscard]] bool await_ready() const noexcept { return m_tasks.empty(); }
    bool await_suspend(std::coroutine_handle<> awaiter)
    {
        // One count of its own, so that tasks which end at once cannot resume the waiter early.
        m_latch = {m_tasks.size() + 1, awaiter};
        for (Task &task : m_tasks) {
            task.handle().promise().latch = &m_latch;
            task.handle().resume();
        }
        return --m_latch.left != 0;
    }
    void await_resume() const noexcept {}

private:
    std::vector<Task> m_tasks;
    Task::Latch m_latch;
};

} // namespace flyball::agentsim
