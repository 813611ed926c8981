using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Benchmarks;

/// <summary>The same in PyTorch: a process of its own that works when asked and otherwise waits.</summary>
sealed class TorchPeer : IDisposable
{
    /// <summary>The interpreter.</summary>
    public const string Python = "/usr/bin/python3"; // Debian's, which its python3-torch belongs to

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hooke-bench-");
    readonly Process _process;

    /// <summary>Hands the model's weights over.</summary>
    /// <exception cref="InputException">The peer does not start.</exception>
    public TorchPeer(Model model)
        : this("serve.py", folder => model.Save(folder)) { }

    /// <summary>Starts a script of bench/peers, once its folder is filled.</summary>
    /// <exception cref="InputException">The peer does not start.</exception>
    public TorchPeer(string name, Action<string> fill)
    {
        fill(_folder.FullName);
        string script = Path.Combine(Directory.GetCurrentDirectory(), "bench", "peers", name);
        string threads = Work.Threads.ToString(CultureInfo.InvariantCulture);
        ProcessStartInfo start = new(Python, ["-B", script, _folder.FullName, threads])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["OMP_NUM_THREADS"] = threads;
        // Memory once had is kept, as PyTorch's tuning guide advises and as Hooke's pool does.
        start.Environment["MALLOC_MMAP_MAX_"] = "0";
        start.Environment["MALLOC_TRIM_THRESHOLD_"] = long.MaxValue.ToString(CultureInfo.InvariantCulture);
        _process = Process.Start(start) ?? throw new InputException($"{Python} did not start");
        Description = $"PyTorch {Ask(new() { ["do"] = "about" })["torch"]}";
    }

    /// <summary>Which PyTorch it is.</summary>
    public string Description { get; }

    /// <summary>A file for what is too long for a line.</summary>
    public string File => Path.Combine(_folder.FullName, "answer");

    /// <summary>A file for what is handed over once.</summary>
    public string Given => Path.Combine(_folder.FullName, "given");

    /// <summary>Asks for work and waits for the answer.</summary>
    /// <exception cref="InputException">The peer has failed; it has said why on standard error.</exception>
    public JsonNode Ask(JsonObject request)
    {
        _process.StandardInput.WriteLine(request.ToJsonString());
        _process.StandardInput.Flush();
        string? answer = _process.StandardOutput.ReadLine();
        return answer is null
            ? throw new InputException("the PyTorch side has stopped, see above")
            : JsonNode.Parse(answer)!;
    }

    /// <summary>Asks for work and gives the milliseconds that it took.</summary>
    /// <exception cref="InputException">The peer has failed; it has said why on standard error.</exception>
    public double Time(JsonObject request) => (double)Ask(request)["ms"]!;

    /// <summary>Prompts as JSON.</summary>
    public static JsonArray Json(IEnumerable<int[]> prompts) => [.. prompts.Select(Json)];

    /// <summary>A prompt as JSON.</summary>
    public static JsonNode Json(int[] tokens) => new JsonArray([.. tokens.Select(t => (JsonNode)t)]);

    /// <inheritdoc/>
    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
        _folder.Delete(recursive: true);
    }
}
