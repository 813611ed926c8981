using System.Globalization;
using Hooke.Benchmarks;
using Hooke.Tensors;

try
{
    switch (args)
    {
        case ["matmul", .. string[] shapes]:
            Matmul.Run(shapes);
            return 0;
        case ["forward"]:
            RecordedForward.Run();
            return 0;
        case ["memory"]:
            Memory.Run();
            return 0;
        case ["memory", "load", string folder, string form]:
            Memory.Load(folder, keepStored: form == "stored");
            return 0;
        case ["memory", "record", string folder]:
            Memory.Record(folder);
            return 0;
        case ["attribution"]:
            AttributionGradients.Run();
            return 0;
        case ["sweep"]:
            PatchingSweep.Residual();
            return 0;
        case ["heads"]:
            PatchingSweep.Heads();
            return 0;
        case ["eapig"]:
            EdgeGradients.Run();
            return 0;
        case ["generation"]:
            CachedGeneration.Run();
            return 0;
        case ["dictionary"]:
            DictionaryTraining.Run();
            return 0;
        case ["dictionary", "memory"]:
            DictionaryTraining.Memory();
            return 0;
        case ["coding"]:
            DictionaryCoding.Run();
            return 0;
        case ["trace"]:
            Tracing.Run();
            return 0;
        case ["trace", "small", string tokens]:
            TracingMemory.Small(int.Parse(tokens, CultureInfo.InvariantCulture));
            return 0;
        case ["trace", "gpt2"]:
            TracingMemory.Gpt2();
            return 0;
        case ["coldstart", string program]:
            ColdStart.Run(program);
            return 0;
        default:
            Console.Error.WriteLine(
                "Say which table: forward, attribution, sweep, heads, eapig, trace, generation, dictionary, coding, "
                + "coldstart PROGRAM, memory or matmul [SHAPE ...], for example: matmul 128x768x3072");
            return 2;
    }
}
catch (InputException problem)
{
    Console.Error.WriteLine(problem.Message);
    return 2;
}
