using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Benchmarks;

/// <summary>The most memory that a process of its own has resident, against the weights' size and what is recorded.</summary>
static class Memory
{
    /// <summary>Prints the tables.</summary>
    /// <exception cref="InputException">The system does not say how much memory a process has had.</exception>
    public static void Run()
    {
        using (LargeCheckpoint checkpoint = new())
        {
            long floats = checkpoint.Count * sizeof(float), stored = checkpoint.Count * sizeof(ushort);
            Console.WriteLine(FormattableString.Invariant(
                $"Llama's shape, {checkpoint.Count / 1e9:F2} G random weights in BF16, 5 files; 16 tokens, logits of all."));
            Console.WriteLine("Ratio: most resident memory, the runtime's own included / size of the weights in that form.");
            Console.WriteLine();
            Row("weights kept as", "size", "most resident", "ratio", "load", "logits");
            Load(checkpoint.Path, "float32", floats);
            Load(checkpoint.Path, "stored", stored);
        }
        Console.WriteLine();
        Console.WriteLine("GPT-2 small's shape, 8 x 64 tokens, every activation kept.");
        Console.WriteLine("Ratio: most resident memory beyond that after loading / bytes recorded.");
        Console.WriteLine();
        Row("run", "recorded", "most beyond", "ratio", "", "");
        DirectoryInfo folder = Directory.CreateTempSubdirectory("hooke-bench-");
        try
        {
            using (Model model = RandomGpt2.Create())
                model.Save(folder.FullName);
            Console.Write(InProcess("memory", "record", folder.FullName));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Loads a checkpoint and runs it: seconds, most bytes resident, and the logits' SHA-256.</summary>
    public static void Load(string folder, bool keepStored)
    {
        long start = Stopwatch.GetTimestamp();
        using Model model = Model.Load(folder, keepStored);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Draws draws = new Rng(4).Draw();
        using Run run = model.Run(new TokenBatch([[.. Enumerable.Range(0, 16).Select(_ => draws.Below(model.Config.DVocab))]]));
        string hash = Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(run.Logits.Data)));
        Console.WriteLine(FormattableString.Invariant($"{seconds} {MostResident()} {hash}"));
    }

    /// <summary>Records twice everything that a model of GPT-2 small's shape has, and prints a row for each.</summary>
    public static void Record(string folder)
    {
        using Model model = Model.Load(folder);
        TokenBatch tokens = new(RandomGpt2.Prompts(8, 64));
        Plan plan = RecordedForward.Everything(model.Config);
        foreach (string name in new[] { "first", "second" })
        {
            GC.Collect();
            File.WriteAllText("/proc/self/clear_refs", "5"); // the most resident so far is forgotten
            long before = MostResident();
            using Run run = model.Run(tokens, plan);
            long beyond = MostResident() - before;
            long recorded = run.Recording.Addresses.Sum(address => (long)run[address].Shape.Count * sizeof(float));
            Row(name, Megabytes(recorded), Megabytes(beyond), Ratio(beyond, recorded), "", "");
        }
    }

    static void Load(string folder, string form, long size)
    {
        string[] said = InProcess("memory", "load", folder, form).Split(' ', StringSplitOptions.TrimEntries);
        double seconds = double.Parse(said[0], CultureInfo.InvariantCulture);
        long most = long.Parse(said[1], CultureInfo.InvariantCulture);
        string load = FormattableString.Invariant($"{seconds:F1} s");
        Row(form, Megabytes(size), Megabytes(most), Ratio(most, size), load, said[2][..12]);
    }

    // A process of its own, so that nothing else was ever resident in it.
    public static string InProcess(params string[] what)
    {
        using Process process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, what)
        {
            RedirectStandardOutput = true,
        })!;
        string said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? said
            : throw new InputException($"the process that was to {string.Join(' ', what)} has failed");
    }

    public static long MostResident()
    {
        const string Status = "/proc/self/status", Key = "VmHWM:";
        string line = File.Exists(Status) ? File.ReadLines(Status).First(l => l.StartsWith(Key, StringComparison.Ordinal))
            : throw new InputException($"There is no {Status} to say how much memory the process has had; this needs Linux.");
        return 1024 * long.Parse(line[Key.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
    }

    static string Megabytes(long bytes) => FormattableString.Invariant($"{bytes / 1e6:N0} MB");

    static string Ratio(long part, long whole) => FormattableString.Invariant($"{(double)part / whole:F3}");

    static void Row(params string[] cells) =>
        Console.WriteLine($"{cells[0],-18}{cells[1],12}{cells[2],16}{cells[3],9}{cells[4],10}  {cells[5]}".TrimEnd());
}
