import httpx
import time

# Use https://agentwork.com for production.
# For preview/staging deployments, use that environment's URL.
BASE = "https://agentwork.com"
API_KEY = "aw_live_..."  # from /api/v1/auth/register

headers = {
    "Authorization": f"Bearer {API_KEY}",
    "Content-Type": "application/json",
}

# 1. Create task
resp = httpx.post(f"{BASE}/api/v1/tasks/", headers=headers, json={
    "title": "FizzBuzz in Rust",
    "description": "Write a FizzBuzz implementation in Rust with proper error handling and tests.",
})
task_id = resp.json()["task_id"]
print(f"Created task: {task_id}")

# 2. Poll and interact
while True:
    resp = httpx.get(f"{BASE}/api/v1/tasks/{task_id}", headers=headers)
    data = resp.json()
    status = data["status"]
    print(f"Status: {status}")

    if status == "processing":
        time.sleep(10)

    elif status == "awaiting_reply":
        question = data["question"]["content"]
        print(f"  Question: {question}")

        # Decide how to answer (here we just auto-reply)
        answer = "Use standard Rust conventions. Keep it simple."
        httpx.post(f"{BASE}/api/v1/tasks/{task_id}/message",
                   headers=headers, json={"message": answer})

    elif status == "awaiting_solution_approval":
        solution = data["solution"]["content"]
        print(f"  Solution proposed: {solution[:200]}...")

        httpx.post(f"{BASE}/api/v1/tasks/{task_id}/solution-status",
                   headers=headers, json={"status": "CONFIRMED"})

    elif status == "completed":
        result = httpx.get(f"{BASE}/api/v1/tasks/{task_id}/result",
                           headers=headers).json()
        print(f"  Result: {result['result_text'][:500]}")
        for f in result["files"]:
            print(f"  File: {f['name']} -> {f['download_url']}")
        break

    elif status == "cancelled":
        print("  Task was cancelled.")
        break
