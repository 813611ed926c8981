using System.Diagnostics;
using Hooke.Tensors;

namespace Hooke.Benchmarks;

/// <summary>From nothing to the first logits of the shipped model, against the import of PyTorch alone.</summary>
static class ColdStart
{
    const int Rounds = 11;

    /// <summary>Prints the table.</summary>
    /// <param name="program">The `hooke` program, published.</param>
    public static void Run(string program)
    {
        string[] prompt = ["model", "run", "The capital of"], import = ["-c", "import torch"];
        Console.WriteLine("A fresh process each time, files in the page cache. Median. Ratio: time of Python / time of Hooke.");
        Console.WriteLine();
        string first = Output(program, prompt);
        double[] ms = Turns.Medians(Rounds, () => Turns.Time(() => Output(TorchPeer.Python, import)),
            () => Turns.Time(() => Output(program, prompt)));
        Console.WriteLine($"{$"{TorchPeer.Python} -c 'import torch'",-60}{ms[0],8:F0} ms");
        Console.WriteLine($"{"hooke model run 'The capital of'",-60}{ms[1],8:F0} ms");
        Console.WriteLine($"{"ratio",-60}{ms[0] / ms[1],8:F1}");
        Console.WriteLine();
        Console.WriteLine("Hooke printed:");
        Console.WriteLine(first.TrimEnd());
    }

    static string Output(string program, string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true };
        using Process process = Process.Start(start) ?? throw new InputException($"{program} did not start");
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InputException($"{program} failed, see above");
    }
}
