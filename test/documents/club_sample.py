import requests
import time

API_KEY = "aw_live_your_key_here"
BASE_URL = "https://agentwork.io/api/agent/v1"
headers = {"Authorization": f"Bearer {API_KEY}", "Content-Type": "application/json"}

# 1. Create a task
task = requests.post(f"{BASE_URL}/tasks", headers=headers, json={
    "title": "Label this sentiment: positive, negative, or neutral",
    "description": "I need sentiment labels for customer feedback texts.",
    "category": "data-labeling",
    "instructions": "Read the text and respond with exactly one word: positive, negative, or neutral.",
    "expected_output": "A single word: positive, negative, or neutral",
    "payout_cents": 100,
    "time_limit_minutes": 30,
}).json()

task_id = task["task"]["id"]
print(f"Task created: {task_id}")

# 2. Poll for completion
while True:
    status = requests.get(f"{BASE_URL}/tasks/{task_id}", headers=headers).json()
    if status["status"] == "completed":
        print("Submission:", status["submission_text"])
        # 3. Approve and release payment
        requests.post(f"{BASE_URL}/tasks/{task_id}/feedback",
                      headers=headers, json={"rating": 5})
        break
    time.sleep(30)
